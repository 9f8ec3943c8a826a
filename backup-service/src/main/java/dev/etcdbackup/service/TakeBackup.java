package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The work of taking one backup: transfers a snapshot from a source to a store. */
final class TakeBackup implements Deadline.Work<BackupResult> {
  /** How many taken names in a row are skipped, a second each. */
  private static final int MAX_SECONDS_AHEAD = 60;

  private final BackupRequest request;
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final InstantSource clock;

  private volatile @Nullable Snapshot opened;
  private volatile @Nullable CountingInputStream counted;
  private volatile boolean opening;
  private volatile boolean cancelled;

  TakeBackup(
      BackupRequest request, BackupStore store, BackupEncodings encodings, InstantSource clock) {
    this.request = request;
    this.store = store;
    this.encodings = encodings;
    this.clock = clock;
  }

  @Override
  public BackupResult call() throws IOException {
    long begun = System.nanoTime();
    Instant time = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (request.naming().isFixed()) {
      freeKey(0, time); // before the source is opened
    }
    try (Snapshot snapshot = open()) {
      BackupKey key = freeKey(snapshot.info().revision(), time);
      Stored stored = store(snapshot, key);
      Duration duration = Duration.ofNanos(System.nanoTime() - begun);
      Backup backup = Backup.of(stored.backup(), ZoneOffset.UTC);
      SnapshotDigest digest = snapshot.digest();
      String sha256 = stored.sha256().orElse(digest.sha256());
      return new BackupResult(backup, snapshot.info(), digest, sha256, duration);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    Snapshot snapshot = opened;
    if (snapshot != null) {
      snapshot.close();
    }
  }

  @Override
  public boolean waitsForSource() {
    CountingInputStream stream = counted;
    return opening || (stream != null && stream.isReading());
  }

  private Snapshot open() throws BackupException {
    opening = true;
    try {
      @Nullable Snapshot snapshot = request.source().open();
      if (snapshot == null) { // the source is the application's
        throw new SourceException("the source " + request.source() + " opened no snapshot");
      }
      opened = snapshot;
      if (cancelled) { // cancel() may have come before there was anything to close
        snapshot.close();
      }
      return snapshot;
    } catch (BackupException | RuntimeException | LinkageError e) {
      throw SourceInputStream.failure(e);
    } finally {
      opening = false;
    }
  }

  /** What was stored, and its SHA-256 if it is not that of the snapshot. */
  private record Stored(StoredBackup backup, Optional<String> sha256) {}

  private Stored store(Snapshot snapshot, BackupKey key) throws IOException {
    opening = true;
    long size;
    try {
      size = snapshot.size();
    } catch (BackupException | RuntimeException | LinkageError e) {
      throw SourceInputStream.failure(e);
    } finally {
      opening = false;
    }
    CountingInputStream stream =
        new CountingInputStream(new SourceInputStream(snapshot.stream()), size, request.progress());
    counted = stream;
    BackupName name = BackupName.parse(key.name());
    boolean isEncoded = !name.encodings().isEmpty();
    Content encoded = encodings.encode(Content.of(stream, size), name);
    try (CommitGuardInputStream guarded =
        new CommitGuardInputStream(encoded.stream(), request.beforeCommit(), isEncoded)) {
      StoredBackup stored = store.put(key, new Content(guarded, encoded.expectedSize()));
      if (stored.size() != guarded.count()) {
        throw new StoreException(
            "the store committed "
                + key
                + " but reports "
                + stored.size()
                + " bytes where "
                + guarded.count()
                + " were written; verify this backup before you rely on it or delete it",
            null,
            true);
      }
      return new Stored(stored, guarded.sha256Hex());
    }
  }

  private BackupKey freeKey(long revision, Instant time) throws BackupException {
    String project = request.project();
    NamingStrategy naming = request.naming();
    BackupKey key = BackupKey.of(project, naming.name(revision, time));
    int attempts = naming.isFixed() ? 1 : MAX_SECONDS_AHEAD;
    for (int i = 1; i <= attempts; i++) {
      if (store.find(key).isEmpty()) {
        return key;
      }
      key = BackupKey.of(project, naming.name(revision, time.plusSeconds(i)));
    }
    throw new BackupExistsException(key);
  }
}
