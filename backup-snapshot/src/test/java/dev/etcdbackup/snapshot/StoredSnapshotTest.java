package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A stored backup looked at by ranges. */
class StoredSnapshotTest {
  private static final BackupKey KEY = BackupKey.of("p", "snapshot.db");

  @TempDir Path directory;
  private CountingStore store;

  @BeforeEach
  void openStore() throws IOException {
    store = new CountingStore(DirectoryBackupStore.at(directory.resolve("store")));
  }

  static Stream<Golden> goldens() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void factsAreThoseOfTheFile(Golden golden) throws IOException {
    StoredBackup stored = store(golden.bytes());
    EtcdSnapshot snapshot = EtcdSnapshot.open(ByteRanges.of(store, stored));
    assertThat(snapshot.metadata()).isEqualTo(golden.open().metadata());
    assertThat(store.requests).isLessThanOrEqualTo(10);
    assertThat(store.bytes).isLessThanOrEqualTo(10 * 65536);
    assertThat(snapshot.status()).isEqualTo(golden.open().status());
    assertThat(snapshot.verify().problems()).isEmpty();
    assertThat(snapshot.hashKv()).isEqualTo(golden.open().hashKv());
  }

  @Tag("slow")
  @Test
  void aLargeBackupIsLookedAtWithAboutTenRequests() throws IOException {
    History all = History.random(9, 40_000);
    Path file = directory.resolve("large");
    all.write(new BoltWriter(file, 4096).gap(12).fanout(40));
    StoredBackup stored = store(file);
    assertThat(stored.size()).isGreaterThan(100 << 20);
    SnapshotMetadata metadata = EtcdSnapshot.open(ByteRanges.of(store, stored)).metadata();
    assertThat(store.requests).isLessThanOrEqualTo(15);
    assertThat(store.bytes).isLessThan(1 << 20);
    assertThat(metadata.revision()).isEqualTo(all.current);
    assertThat(metadata.events().depth()).isEqualTo(4);
    assertThat(metadata.events().exact()).isFalse();
    // A guess from three leaves, and a leaf may hold a single large value.
    assertThat(metadata.events().count()).isBetween(all.ops.size() / 10L, all.ops.size() * 10L);
  }

  @Test
  void keysAndTheirValuesAreReadByRanges() throws IOException {
    Golden golden = Golden.named("3.5.30-plain.snap.db");
    KeyCursor keys =
        EtcdSnapshot.open(ByteRanges.of(store, store(golden.bytes()))).keys(KeyRange.all());
    KeyCursor expected = golden.open().keys(KeyRange.all());
    while (expected.next()) {
      assertThat(keys.next()).isTrue();
      assertThat(keys.key()).isEqualTo(expected.key());
      assertThat(keys.value()).isEqualTo(expected.value());
    }
    assertThat(keys.next()).isFalse();
  }

  @Test
  void aBackupThatIsGoneIsNotFound() throws IOException {
    StoredBackup stored = store(Golden.named("3.5.30-plain.snap.db").bytes());
    store.delete(List.of(KEY));
    EtcdSnapshot snapshot = EtcdSnapshot.open(ByteRanges.of(store, stored));
    assertThatThrownBy(snapshot::metadata).isInstanceOf(BackupNotFoundException.class);
    assertThatThrownBy(snapshot::verify).isInstanceOf(BackupNotFoundException.class);
  }

  @Test
  void aLastValueOfManyPagesIsNotFetchedForTheFacts() throws IOException {
    Path file = directory.resolve("fat");
    byte[] value = new byte[20 << 20];
    BoltWriter writer = new BoltWriter(file, 4096);
    History.Op op = new History.Op(2, 0, "k".getBytes(UTF_8), value, 2, 1, 0);
    writer.bucket("key", List.of(new BoltWriter.Pair(op.revision(), op.keyValue())).iterator());
    writer.bucket("meta", Collections.emptyIterator()).close();
    StoredBackup stored = store(file);
    EtcdSnapshot snapshot = EtcdSnapshot.open(ByteRanges.of(store, stored));
    assertThat(snapshot.metadata().revision()).isEqualTo(2);
    assertThat(store.bytes).isLessThan(1 << 20);
    assertThat(snapshot.verify().problems()).isEmpty();
    KeyCursor keys = snapshot.keys(KeyRange.all(), Revision.of(2));
    assertThat(keys.next()).isTrue();
    assertThat(keys.value()).isEqualTo(value);
  }

  private StoredBackup store(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return store.put(KEY, Content.of(in, Files.size(file)));
    }
  }

  private StoredBackup store(byte[] bytes) throws IOException {
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      return store.put(KEY, Content.of(in, bytes.length));
    }
  }
}
