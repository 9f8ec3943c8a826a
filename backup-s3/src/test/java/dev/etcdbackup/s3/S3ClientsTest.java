package dev.etcdbackup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** What a client reads when it is made, seen in a JVM that logs it. */
@Tag("server")
class S3ClientsTest {
  private static final String READ = "adding as trusted certificates";

  @Test
  void aClientForHttpsReadsTheAuthoritiesOfTheRuntime() throws Exception {
    assertThat(log("https://127.0.0.1:1")).contains(READ);
  }

  @Test
  void aClientForHttpDoesNotForItTakesTime() throws Exception {
    assertThat(log("http://127.0.0.1:1")).contains("made").doesNotContain(READ);
  }

  private static String log(String endpoint) throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // it lives for seconds
                "-Djavax.net.debug=ssl:trustmanager",
                "-cp",
                System.getProperty("java.class.path"),
                Making.class.getName(),
                endpoint)
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), UTF_8);
    assertThat(java.waitFor()).as(said).isZero();
    return said;
  }

  /** Makes a client. */
  static final class Making {
    private Making() {}

    /**
     * Makes it.
     *
     * @param args the endpoint
     */
    public static void main(String[] args) {
      S3Clients.forRgw(URI.create(args[0]))
          .region("us-east-1")
          .credentials(AnonymousCredentialsProvider.create())
          .build()
          .close();
      System.out.println("made");
    }
  }
}
