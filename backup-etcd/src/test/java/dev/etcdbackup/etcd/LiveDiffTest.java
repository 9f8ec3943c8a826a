package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What changed in a real etcd since its snapshot, against what the test did. */
@Tag("server")
@Timeout(120)
class LiveDiffTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path directory;

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void everyDifferenceIsFoundAndNoOther(EtcdBinaries version) throws Exception {
    Random random = new Random(4);
    NavigableMap<String, String> expected = new TreeMap<>();
    try (EtcdServer etcd = version.server().start();
        Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
      KV kv = client.getKVClient();
      for (int i = 0; i < 1500; i++) {
        kv.put(key(i), value(random, i)).get();
      }
      try (EtcdSnapshot snapshot = snapshot(etcd)) {
        assertThat(differences(snapshot, etcd, KeyRange.all())).isEmpty();
        for (int i = 0; i < 200; i++) {
          int which = random.nextInt(2000);
          ByteSequence key = key(which);
          if (random.nextInt(3) == 0) {
            kv.delete(key).get();
            expected.put(name(which), which < 1500 ? "REMOVED" : "NONE");
          } else {
            kv.put(key, ByteSequence.from("new " + i, StandardCharsets.UTF_8)).get();
            expected.put(name(which), which < 1500 ? "CHANGED" : "ADDED");
          }
        }
        expected.values().removeIf("NONE"::equals);
        assertThat(differences(snapshot, etcd, KeyRange.all())).isEqualTo(expected);
        KeyRange range = KeyRange.between(bytes("key/00300"), bytes("key/01200"));
        assertThat(differences(snapshot, etcd, range))
            .isEqualTo(expected.subMap("key/00300", "key/01200"));
      }
    }
  }

  /** The cluster is read in parts of a thousand keys of the snapshot. */
  @Test
  void partsOfWhichTheClusterHasNothingOrFarMore() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
      KV kv = client.getKVClient();
      for (int i = 0; i < 4100; i++) {
        kv.put(key(i), ByteSequence.EMPTY).get();
      }
      try (EtcdSnapshot snapshot = snapshot(etcd)) {
        assertThat(snapshot.keys(KeyRange.all()).divide(1000))
            .containsExactly(
                bytes(name(1000)), bytes(name(2000)), bytes(name(3000)), bytes(name(4000)));
        NavigableMap<String, String> expected = new TreeMap<>();
        for (int i = 900; i < 3050; i++) {
          kv.delete(key(i)).get();
          expected.put(name(i), "REMOVED");
        }
        for (int i = 0; i < 1200; i++) {
          String added = name(3500) + "/" + (10_000 + i);
          kv.put(ByteSequence.from(bytes(added)), ByteSequence.EMPTY).get();
          expected.put(added, "ADDED");
        }
        assertThat(differences(snapshot, etcd, KeyRange.all())).isEqualTo(expected);
      }
    }
  }

  @Test
  void aClusterThatDoesNotAnswerIsASourceThatFailed() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        EtcdSnapshot snapshot = snapshot(etcd);
        LiveDiff diff =
            LiveDiff.of(
                snapshot,
                KeyRange.all(),
                Revision.LATEST,
                EtcdConnection.to(List.of(URI.create("http://127.0.0.1:1"))),
                TIMEOUT)) {
      assertThatThrownBy(diff::next).isInstanceOf(SourceException.class);
    }
  }

  private static NavigableMap<String, String> differences(
      EtcdSnapshot snapshot, EtcdServer etcd, KeyRange range) throws Exception {
    NavigableMap<String, String> found = new TreeMap<>();
    try (LiveDiff diff =
        LiveDiff.of(
            snapshot, range, Revision.LATEST, EtcdConnection.to(etcd.endpoints()), TIMEOUT)) {
      while (diff.next()) {
        found.put(new String(diff.key(), StandardCharsets.UTF_8), diff.change().name());
      }
      assertThat(diff.revision()).isEqualTo(etcd.revision());
    }
    return found;
  }

  private EtcdSnapshot snapshot(EtcdServer etcd) throws Exception {
    Path file = directory.resolve("snapshot-" + etcd.revision());
    try (Snapshot stream =
        EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build().open()) {
      Files.copy(stream.stream(), file);
    }
    return EtcdSnapshot.open(file);
  }

  private static ByteSequence key(int number) {
    return ByteSequence.from(bytes(name(number)));
  }

  private static String name(int number) {
    return String.format(Locale.ROOT, "key/%05d", number);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Now and then one that makes a page too large. */
  private static ByteSequence value(Random random, int number) {
    byte[] value = new byte[number % 150 == 149 ? 1_200_000 : random.nextInt(100)];
    random.nextBytes(value);
    return ByteSequence.from(value);
  }
}
