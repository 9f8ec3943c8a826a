package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates are verified, by etcd's options and by S3's, and nothing is sent to who fails. */
@Tag("slow")
@Timeout(120)
class TlsOptionsTest {
  @TempDir private static Path directory;
  private static Path certificates;

  @BeforeAll
  static void makeAuthorities() throws Exception {
    certificates = TlsPort.authorityWithServers(directory, "ours");
    TlsPort.authority(directory, "other");
    Files.writeString(directory.resolve("password"), "secret");
    System.setProperty("aws.accessKeyId", "a");
    System.setProperty("aws.secretAccessKey", "b");
  }

  @AfterAll
  static void clear() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private static Cli etcd(TlsPort port, String ca) {
    List<String> args =
        new ArrayList<>(List.of("create", "p", "--create-store", "--etcd=" + port.address()));
    args.add("--store=" + directory.resolve("store").toUri());
    args.add("--timeout=20s");
    args.addAll(List.of("--etcd-user=root", "--etcd-password-file=" + directory + "/password"));
    if (!ca.isEmpty()) {
      args.add("--etcd-ca=" + directory.resolve(ca + ".pem"));
    }
    return Cli.run(args.toArray(String[]::new));
  }

  private static Cli s3(TlsPort port, String ca) {
    List<String> args = new ArrayList<>(List.of("list", "--store=s3://bucket"));
    args.add("--s3-endpoint=" + port.address());
    if (!ca.isEmpty()) {
      args.add("--s3-ca=" + directory.resolve(ca + ".pem"));
    }
    return Cli.run(args.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "good, other", // an authority that is not the one given
    "good, ''", // none given: those of the Java runtime, which ours is not among
    "expired, ours",
    "elsewhere, ours",
  })
  void aCertificateThatDoesNotHoldEndsEtcdAndS3Alike(String certificate, String ca)
      throws Exception {
    try (TlsPort port = new TlsPort(certificates, certificate)) {
      assertRefused(etcd(port, ca), 3, port);
      assertRefused(s3(port, ca), 4, port);
    }
  }

  private static void assertRefused(Cli run, int code, TlsPort port) {
    assertThat(run.err()).contains(port.address()).containsPattern("(?i)certificat|PKIX|no name");
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.code()).isEqualTo(code);
    assertThat(port.connections()).isPositive();
    assertThat(port.believers()).as("those who sent something all the same").isZero();
  }

  @ParameterizedTest
  @CsvSource({"etcd", "s3"})
  void aCertificateThatHoldsIsBelieved(String which) throws Exception {
    try (TlsPort port = new TlsPort(certificates, "good")) {
      Cli run = which.equals("s3") ? s3(port, "ours") : etcd(port, "ours");
      assertThat(run.code()).as(run.err()).isIn(3, 4); // there is no server behind it
      assertThat(port.believers()).isPositive();
    }
  }
}
