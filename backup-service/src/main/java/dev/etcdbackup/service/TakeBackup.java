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
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupName;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The work of taking one backup: transfers a snapshot from a source to a store. */
final class TakeBackup implements Deadline.Work<BackupResult> {
  private static final Logger LOG = LoggerFactory.getLogger(BackupService.class);

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
    Snapshot snapshot = open();
    try {
      SnapshotInfo info = fromSource(snapshot::info);
      Stored stored = store(snapshot, freeKey(info.revision(), time));
      Duration duration = Duration.ofNanos(System.nanoTime() - begun);
      Backup backup = Backup.of(stored.backup(), ZoneOffset.UTC);
      return new BackupResult(backup, info, stored.digest(), stored.sha256(), duration);
    } finally {
      close(snapshot);
    }
  }

  /**
   * Closes what was read. Whether the backup is stored was decided before, so a failure to close
   * does not change that.
   */
  private void close(Closeable read) {
    try {
      read.close();
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      LOG.warn("the source of {} could not be closed: {}", request.project(), FailureText.of(e));
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
    return fromSource(
        () -> {
          Snapshot snapshot = request.source().open();
          opened = snapshot;
          if (cancelled) { // cancel() may have come before there was anything to close
            snapshot.close();
          }
          return snapshot;
        });
  }

  /** Asks the source for something. */
  private interface Question<T> {
    T ask() throws BackupException;
  }

  private <T> T fromSource(Question<T> question) throws SourceException {
    opening = true;
    try {
      return Objects.requireNonNull(question.ask(), "it returned null");
    } catch (BackupException | RuntimeException | LinkageError | StackOverflowError e) {
      throw SourceInputStream.failure(e);
    } finally {
      opening = false;
    }
  }

  /** What was stored, the digest of the snapshot in it, and the SHA-256 of the stored bytes. */
  private record Stored(StoredBackup backup, SnapshotDigest digest, String sha256) {}

  private Stored store(Snapshot snapshot, BackupKey key) throws BackupException {
    long size = fromSource(snapshot::size);
    InputStream bytes = fromSource(snapshot::stream);
    CountingInputStream stream =
        new CountingInputStream(new SourceInputStream(bytes), size, request.progress());
    counted = stream;
    BackupName name = BackupName.parse(key.name());
    boolean isEncoded = !name.encodings().isEmpty();
    Content encoded = encodings.encode(Content.of(stream, size), name);
    AtomicReference<@Nullable SnapshotDigest> digest = new AtomicReference<>();
    CommitCheck check =
        () -> {
          digest.set(fromSource(snapshot::digest)); // while nothing is stored yet
          request.beforeCommit().check();
        };
    CommitGuardInputStream guarded = new CommitGuardInputStream(encoded.stream(), check, isEncoded);
    try {
      StoredBackup stored = store.put(key, new Content(guarded, encoded.expectedSize()));
      requireSize(stored, guarded.count());
      SnapshotDigest known = digest.get();
      if (known == null) {
        String what = "the store committed " + key + " without reading it to its end";
        throw new StoreException(what + "; verify this backup or delete it", null, true);
      }
      return new Stored(stored, known, guarded.sha256Hex().orElse(known.sha256()));
    } finally {
      close(guarded);
    }
  }

  private static void requireSize(StoredBackup stored, long written) throws StoreException {
    if (stored.size() != written) {
      throw new StoreException(
          "the store committed "
              + stored.key()
              + " but reports "
              + stored.size()
              + " bytes where "
              + written
              + " were written; verify this backup before you rely on it or delete it",
          null,
          true);
    }
  }

  private BackupKey freeKey(long revision, Instant time) throws BackupException {
    NamingStrategy naming = request.naming();
    BackupKey first = BackupKey.of(request.project(), naming.name(revision, time));
    BackupKey key = first;
    int ahead = naming.isFixed() ? 0 : MAX_SECONDS_AHEAD;
    for (int i = 0; store.find(key).isPresent(); ) {
      if (i++ == ahead) {
        throw new BackupExistsException(first);
      }
      key = BackupKey.of(request.project(), naming.name(revision, time.plusSeconds(i)));
    }
    return key;
  }
}
