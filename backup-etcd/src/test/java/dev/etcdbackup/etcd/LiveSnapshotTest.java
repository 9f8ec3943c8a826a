package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.etcd.EtcdTools;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.maintenance.HashKVResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a real etcd, held against etcd's own tools. */
@Tag("server")
@Timeout(120)
class LiveSnapshotTest {
  @AutoClose private static EtcdServer etcd;
  @AutoClose private static Client client;

  @TempDir private Path directory;

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.start();
    client = Client.builder().endpoints(etcd.endpoint()).build();
  }

  @Test
  void aNewClusterIsAtTheRevisionThatEtcdctlPrints() throws Exception {
    try (EtcdServer fresh = EtcdServer.start()) {
      SnapshotDigest digest =
          save(EtcdSnapshotSource.builder(EtcdConnection.to(fresh.endpoints())).build());
      assertThat(EtcdTools.snapshotStatus(file())).contains("\"revision\":0,");
      assertThat(digest.revision()).hasValue(0);
    }
  }

  @Test
  void theFactsAreThoseOfTheMember() throws Exception {
    try (Snapshot snapshot = source().open()) {
      SnapshotInfo info = snapshot.info();
      assertThat(info.origin()).isEqualTo(etcd.endpoint().toString());
      assertThat(info.memberId()).isEqualTo(etcd.memberId());
      assertThat(info.clusterId()).isNotZero();
      assertThat(info.etcdVersion()).isEqualTo(etcd.version());
      assertThat(info.revision()).isBetween(1L, etcd.revision());
    }
  }

  @Test
  void underConcurrentWritesTheRevisionIsExactlyThatOfTheFile() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeUntil(enough));
    try {
      for (int i = 0; i < 10; i++) {
        SnapshotDigest digest = save(source());
        assertThat(digest.revision()).isPresent();
        assertThat(EtcdTools.snapshotStatus(file()))
            .contains("\"revision\":" + digest.revision().getAsLong() + ",")
            .contains("\"totalSize\":" + (digest.size() - 32));
        assertThat(digest.revision().getAsLong()).isBetween(lowerBound, etcd.revision());
        assertThat(digest.sha256()).isEqualTo(sha256(file()));
      }
    } finally {
      enough.set(true);
      writer.join();
    }
  }

  @Test
  void largeValuesAndDeletionsDoNotConfuseIt() throws Exception {
    for (int i = 0; i < 40; i++) {
      etcd.put("large-" + i, new byte[1 + i * 20_000]);
      if (i % 3 == 0) {
        client.getKVClient().delete(utf8("large-" + i)).get();
      }
      if (i % 8 == 0) {
        long revision = save(source()).revision().orElseThrow();
        assertThat(EtcdTools.snapshotStatus(file())).contains("\"revision\":" + revision + ",");
        assertThat(revision).isEqualTo(etcd.revision());
      }
    }
  }

  @Test
  void aBackupWritesNothingToEtcd() throws Exception {
    etcd.put("a", "1");
    HashKVResponse before = hash();
    SnapshotDigest unused = save(source());
    HashKVResponse after = hash();
    assertThat(after.getHash()).isEqualTo(before.getHash());
    assertThat(after.getHeader().getRevision()).isEqualTo(before.getHeader().getRevision());
  }

  private long lowerBound;

  private SnapshotDigest save(EtcdSnapshotSource source) throws Exception {
    try (Snapshot snapshot = source.open()) {
      lowerBound = snapshot.info().revision();
      Files.deleteIfExists(file());
      assertThat(Files.copy(snapshot.stream(), file())).isEqualTo(snapshot.size());
      return snapshot.digest();
    }
  }

  private Path file() {
    return directory.resolve("snapshot.db");
  }

  private static EtcdSnapshotSource source() {
    return EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build();
  }

  private static void writeUntil(AtomicBoolean enough) {
    for (int i = 0; !enough.get(); i++) {
      client.getKVClient().put(utf8("key-" + i % 5000), utf8("value-" + i)).join();
    }
  }

  private static HashKVResponse hash() throws Exception {
    String target = "ip:///127.0.0.1:" + etcd.endpoint().getPort();
    return client.getMaintenanceClient().hashKV(target, 0).get();
  }

  private static String sha256(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  private static ByteSequence utf8(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
