package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** What only a Ceph RADOS Gateway over HTTPS can show: authorities, object lock, SSE-C. */
@Tag("server")
class RgwStoreTest {
  private static final String ACCESS_KEY = "aws.accessKeyId";
  private static final String SECRET_KEY = "aws.secretAccessKey";

  private static S3Server server;

  @TempDir Path directory;

  private final String bucket = "etcd-backup-cli-" + UUID.randomUUID();
  private S3Client client;

  @BeforeAll
  static void start() {
    server = S3Server.cephTls();
    System.setProperty(ACCESS_KEY, server.accessKey());
    System.setProperty(SECRET_KEY, server.secretKey());
  }

  @AfterAll
  static void stop() {
    System.clearProperty(ACCESS_KEY);
    System.clearProperty(SECRET_KEY);
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void makeBucket() {
    client = S3Clients.forRgw(server.endpoint()).caPem(server.caPem().orElseThrow()).build();
    client.createBucket(r -> r.bucket(bucket).objectLockEnabledForBucket(true));
  }

  @AfterEach
  void removeBucket() {
    client
        .listObjectVersionsPaginator(r -> r.bucket(bucket))
        .forEach(
            page -> {
              page.versions().forEach(one -> remove(one.key(), one.versionId()));
              page.deleteMarkers().forEach(one -> remove(one.key(), one.versionId()));
            });
    client.deleteBucket(r -> r.bucket(bucket));
    client.close();
  }

  private void remove(String key, String version) {
    client.deleteObject(
        r -> r.bucket(bucket).key(key).versionId(version).bypassGovernanceRetention(true));
  }

  @Test
  void anAuthorityThatIsNotKnownIsNotTrusted() {
    assertThat(trusting("list")).isEqualTo(new Cli(0, "", ""));
    Cli refused = run("list");
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused.err()).contains("PKIX").hasLineCount(1);
  }

  @Test
  void pruneNamesWhatIsLockedDeletesTheRestAndLaterThatToo() throws Exception {
    create("2026-11-22T10:00:00Z");
    create("2026-11-22T10:01:00Z", "--s3-object-lock=governance", "--s3-lock-for=12s");
    create("2026-11-22T10:02:00Z");
    List<String> keys = trusting("list", "p").out().lines().toList();
    assertThat(keys).hasSize(3);

    Cli locked = trusting("prune", "p", "--keep-last=1");
    assertThat(locked.code()).isEqualTo(4);
    assertThat(locked.err())
        .matches(
            "etcd-backup: \\Q"
                + keys.get(1)
                + "\\E was not deleted: locked until [0-9TZ:-]+ in governance mode\n");
    assertThat(trusting("list", "p").out().lines()).containsExactly(keys.get(1), keys.get(2));

    long deadline = System.nanoTime() + 60_000_000_000L;
    while (trusting("prune", "p", "--keep-last=1").code() != 0) {
      assertThat(System.nanoTime()).as("deadline of 60 s").isLessThan(deadline);
      LockSupport.parkNanos(500_000_000);
    }
    assertThat(trusting("list", "p").out().lines()).containsExactly(keys.get(2));
  }

  @Test
  void aKeyFromAFileEncryptsAndDecrypts() throws Exception {
    byte[] key = new byte[32];
    new Random(1).nextBytes(key);
    Path raw = Files.write(directory.resolve("raw.key"), key);
    String base64 = Base64.getEncoder().encodeToString(key);
    Path text = Files.writeString(directory.resolve("text.key"), base64 + "\n");
    create("2026-11-22T10:00:00Z", "--s3-customer-key-file=" + raw);
    String backup = trusting("list", "p").out().strip();

    Path back = directory.resolve("back.db");
    Cli got = trusting("get", backup, "--to=" + back, "--s3-customer-key-file=" + text);
    assertThat(got.err()).isEmpty();
    assertThat(back).hasBinaryContent(Goldens.bytes("3.4.23-empty"));

    Cli without = trusting("get", backup, "--to=" + directory.resolve("none.db"), "--debug");
    assertThat(without.code()).isEqualTo(4);
    assertThat(without.err()).contains("it is encrypted with a customer's key, and none was given");
    raw = Files.write(directory.resolve("raw.key"), new byte[32]);
    Cli wrong = trusting("verify", backup, "--debug", "--s3-customer-key-file=" + raw);
    assertThat(wrong.code()).isEqualTo(4);
    assertThat(wrong.err()).contains("another customer's key").doesNotContain(base64);
  }

  private void create(String now, String... more) throws IOException {
    Path file = Files.write(directory.resolve("snapshot.db"), Goldens.bytes("3.4.23-empty"));
    List<String> args = new ArrayList<>(List.of("create", "p", "--from-file=" + file));
    args.add("--now=" + Instant.parse(now));
    args.addAll(List.of(more));
    Cli created = trusting(args.toArray(String[]::new));
    assertThat(created.err()).isEmpty();
    assertThat(created.code()).isZero();
  }

  private Cli trusting(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--s3-ca=" + server.caPem().orElseThrow());
    return run(all.toArray(String[]::new));
  }

  private Cli run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--store=s3://" + bucket);
    all.add("--s3-endpoint=" + server.endpoint());
    return Cli.run(all.toArray(String[]::new));
  }
}
