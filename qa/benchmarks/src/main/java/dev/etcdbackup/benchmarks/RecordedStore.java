package dev.etcdbackup.benchmarks;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.etcd.ChangeListener;
import dev.etcdbackup.etcd.ChangeRecorder;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.StringJoiner;

/** The changes of a cluster in a store, recorded and restored. */
record RecordedStore(BackupStore store, String project) {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /**
   * Records until a revision is stored, from a new base on when there is none.
   *
   * @return {@code REVISION@MILLIS} of each object: its last revision, and when it was stored
   */
  String record(URI etcd, long until) throws IOException {
    EtcdConnection connection = EtcdConnection.to(List.of(etcd));
    BackupService service = BackupService.builder(store).build();
    EtcdSnapshotSource source = EtcdSnapshotSource.builder(connection).build();
    ChangeRecorder.BaseSource bases =
        () -> {
          BackupResult base = service.backUp(project, source);
          return new ChangeRecorder.Base(base.key(), base.info(), base.digest());
        };
    Until listener = new Until(until);
    try {
      ChangeRecorder.builder(connection, store, project, bases).listener(listener).build().run();
    } catch (InterruptedException stored) {
      return listener.stored.toString();
    }
    throw new IllegalStateException("a recorder ends by an interrupt only");
  }

  /** Restores the newest backup, and the changes after it when they are wanted. */
  String restore(Path directory, boolean changes) throws IOException {
    List<Backup> listing =
        store.list(project).stream().map(one -> Backup.of(one, ZoneOffset.UTC)).toList();
    Backup base =
        listing.stream()
            .filter(one -> one.kind() == BackupKind.PERIODIC)
            .max(Backup.OLDEST_FIRST)
            .orElseThrow();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    ReadOptions options = ReadOptions.builder(BackupEncodings.none(), temporary).build();
    try (StoredSnapshot stored = StoredSnapshot.open(base, store, options)) {
      DataDirRestore restore = DataDirRestore.builder().build();
      if (!changes) {
        return Long.toString(restore.restore(stored.snapshot(), directory).revision());
      }
      ChangeReplay replay =
          ChangeReplay.of(store, BackupEncodings.none(), listing, base, PointInTime.latest());
      return Long.toString(
          restore.restore(stored.snapshot(), directory, replay).member().revision());
    }
  }

  /** Ends the recorder when it has stored a revision, or can no longer do so. */
  private static final class Until implements ChangeListener {
    final StringJoiner stored = new StringJoiner(",");
    private final long until;
    private long progress = System.nanoTime();

    Until(long until) {
      this.until = until;
    }

    @Override
    public void stored(Backup changes, long events) {
      long last = changes.name().revision().orElseThrow();
      stored.add(last + "@" + System.currentTimeMillis());
      progress = System.nanoTime();
      if (last >= until) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void checked(long last, long live) {
      if (last >= until) {
        Thread.currentThread().interrupt();
      }
      if (System.nanoTime() - progress > PATIENCE.toNanos()) {
        throw new IllegalStateException("nothing was stored after revision " + last);
      }
    }

    @Override
    public void ended(long last, String reason) {
      throw new IllegalStateException("the chain ended at revision " + last + ": " + reason);
    }

    @Override
    public void failed(BackupException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
