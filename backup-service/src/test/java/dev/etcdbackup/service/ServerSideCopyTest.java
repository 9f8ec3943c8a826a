package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies that are left to the server of both stores. */
@Timeout(60)
class ServerSideCopyTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final String FIRST = "p/etcd.backup_v1_2020-02-01-10:00:00";
  private static final String SECOND = "p/etcd.backup_v2_2020-02-02-10:00:00";
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 10);

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);
  private final List<BackupKey> copied = new ArrayList<>();

  @Test
  void theServerCopiesWhatIsMissingAndNothingIsCalledVerified() throws Exception {
    put(from, FIRST, SNAPSHOT);
    put(from, SECOND, SNAPSHOT);
    put(from, "p/by-hand", new byte[] {1});
    put(from, "p/.etcd-backup/signatures/etcd.backup_v1_2020-02-01-10:00:00.asc", new byte[] {2});
    put(to, SECOND, SNAPSHOT);

    CopyReport report = copier(this::copy).mirror("p");

    assertThat(report.ok()).isTrue();
    assertThat(report.copies())
        .map(one -> one.outcome() + " " + one.key() + " " + one.verified())
        .containsExactly(
            "COPIED p/by-hand false", "COPIED " + FIRST + " false", "PRESENT " + SECOND + " false");
    assertThat(report.copies().get(1).detail()).startsWith("copied within the server");
    assertThat(copied).map(BackupKey::toString).containsExactlyInAnyOrder("p/by-hand", FIRST);
    assertThat(to.list("p/.etcd-backup")).hasSize(1);
  }

  @Test
  void aSnapshotThatWasCutIsNotCopied() throws Exception {
    put(from, FIRST, Arrays.copyOf(SNAPSHOT, SNAPSHOT.length - 100));
    put(from, SECOND, new byte[3]);

    assertThat(copier(this::copy).mirror("p").copies())
        .extracting(Copied::outcome)
        .containsExactly(Outcome.CORRUPT, Outcome.CORRUPT);
    assertThat(copied).isEmpty();
  }

  @Test
  void aNameThatWasTakenMeanwhileIsComparedAndNotTouched() throws Exception {
    put(from, FIRST, SNAPSHOT);

    CopyReport report =
        copier(
                source -> {
                  put(to, FIRST, new byte[] {1});
                  return copy(source);
                })
            .mirror("p");

    assertThat(report.copies()).extracting(Copied::outcome).containsExactly(Outcome.REFUSED);
    assertThat(to.list("p")).extracting(StoredBackup::size).containsExactly(1L);
  }

  @Test
  void failuresAreReportedAndTheOthersGoOn() throws Exception {
    put(from, FIRST, SNAPSHOT);
    put(from, SECOND, SNAPSHOT);

    CopyReport report =
        copier(
                source -> {
                  if (source.key().toString().equals(FIRST)) {
                    throw new BackupNotFoundException(source.key());
                  }
                  throw new StoreException("the server cannot copy", null);
                })
            .mirror("p");

    assertThat(report.copies())
        .map(one -> one.outcome() + " " + one.detail())
        .containsExactly("FAILED it was deleted meanwhile", "FAILED the server cannot copy");
  }

  @Test
  void aCopyOfAnotherSizeThanItsBackupIsTold() throws Exception {
    put(from, FIRST, SNAPSHOT);

    CopyReport report =
        copier(
                source -> {
                  StoredBackup copy = copy(source);
                  return new StoredBackup(copy.key(), copy.size() - 1, NOW, copy.version());
                })
            .mirror("p");

    assertThat(report.copies()).extracting(Copied::outcome).containsExactly(Outcome.FAILED);
    assertThat(report.copies().get(0).detail()).startsWith("the target reports ");
  }

  @Test
  void theTargetIsPrunedAsEver() throws Exception {
    put(from, FIRST, SNAPSHOT);
    put(from, SECOND, SNAPSHOT);
    put(to, FIRST, SNAPSHOT);

    CopyReport report = copier(this::copy).mirror("p", RetentionPolicy.keepLast(1));

    assertThat(report.pruned().orElseThrow().deleted()).containsExactly(BackupKey.parse(FIRST));
  }

  @Test
  void aServerEncodesNothingAnew() {
    BackupCopierBuilder both =
        BackupCopier.builder(from, to)
            .serverSide(this::copy)
            .encodeAs(BackupEncodings.none(), List.of());

    assertThatThrownBy(both::build).isInstanceOf(IllegalStateException.class);
  }

  private BackupCopier copier(ServerSideCopy serverSide) {
    return BackupCopier.builder(from, to).clock(() -> NOW).serverSide(serverSide).build();
  }

  private synchronized StoredBackup copy(StoredBackup source) throws BackupException {
    InputStream bytes = from.open(source, 0, source.size());
    StoredBackup copy = to.put(source.key(), Content.of(bytes, source.size()));
    copied.add(source.key());
    return copy;
  }

  private static void put(BackupStore store, String key, byte[] bytes) throws BackupException {
    store.put(
        BackupKey.parse(key), Content.of(new ByteArrayInputStream(bytes), (long) bytes.length));
  }
}
