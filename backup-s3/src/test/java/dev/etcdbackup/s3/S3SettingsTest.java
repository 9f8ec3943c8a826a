package dev.etcdbackup.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

class S3SettingsTest {
  private static final URI ENDPOINT = URI.create("http://127.0.0.1:1");

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:80", "ftp://host", "http:///path", "host"})
  void anEndpointThatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> S3Clients.forRgw(URI.create(text)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void credentialsInAnEndpointAreRefusedAndNotShown() {
    assertThatThrownBy(() -> S3Clients.forRgw(URI.create("http://user:canary@host")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("canary");
  }

  @Test
  void aFileOfAuthoritiesMustHoldSome(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("missing.pem");
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    Path garbage = Files.writeString(directory.resolve("garbage.pem"), "no certificate");
    for (Path pem : new Path[] {missing, empty, garbage}) {
      assertThatThrownBy(() -> S3Clients.forRgw(ENDPOINT).caPem(pem).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(pem.toString());
    }
  }

  @Test
  void authoritiesInMemoryMustHoldSome() {
    for (String pem : new String[] {"", "no certificate"}) {
      assertThatThrownBy(() -> S3Clients.forRgw(ENDPOINT).caPem(pem.getBytes(US_ASCII)).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("caPem ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://proxy:1", "http://user:canary@proxy", "proxy:canary", "http:/p"})
  void aProxyThatIsNoneIsRefusedAndNotShown(String text) {
    assertThatThrownBy(() -> S3Clients.forRgw(ENDPOINT).proxy(URI.create(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("proxy must be http://[USER:PASSWORD@]HOST:PORT");
  }

  @Test
  void settingsOutOfRangeAreRefusedByValueAndBound() {
    try (S3Client client = S3Clients.forRgw(ENDPOINT).build()) {
      S3StoreBuilder store = S3BackupStore.builder(client, "bucket");
      refused(() -> store.partSizeBytes((5L << 20) - 1), "5242879", "5242880");
      refused(() -> store.partSizeBytes((1L << 30) + 1), "1073741825", "1073741824");
      refused(() -> store.parallelUploads(0), "0", "1 to 32");
      refused(() -> store.parallelUploads(33), "33", "1 to 32");
      refused(() -> store.requestTimeout(Duration.ZERO), "PT0S", "more than zero");
      Duration huge = Duration.ofSeconds(Long.MAX_VALUE); // beyond a long in nanoseconds
      refused(() -> store.requestTimeout(huge), huge.toString(), "at most 365 days");
      for (String prefix : new String[] {"/a", "a/", "a//b", "/"}) {
        refused(() -> store.prefix(prefix), "'" + prefix + "'", "slash");
      }
      refused(() -> S3BackupStore.builder(client, "a/b"), "'a/b'", "bucket");
      refused(() -> S3BackupStore.builder(client, " "), "' '", "bucket");
    }
  }

  private static void refused(Runnable setting, String value, String bound) {
    assertThatThrownBy(setting::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(value)
        .hasMessageContaining(bound);
  }
}
