package dev.etcdbackup.etcd;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Records the changes of a cluster between backups: follows one member by a watch over all keys,
 * and stores what it sends as objects {@code PROJECT/etcd.changes_vFROM-vTO_TIME}, each when a
 * period has passed since its first event, or when it is full. Nothing is stored when nothing
 * changed. With the backup on which the recording began, the base, they give the state at every
 * revision ({@code dev.etcdbackup.restore.ChangeReplay}).
 *
 * <p>Each revision from the base's exact one on is there once, or the chain ends: on a gap, a
 * compaction of what was not recorded yet, another cluster or member, a revision that went back,
 * another event where one was recorded before, changed users or roles (from etcd 3.5 on, which
 * reports that), or a watch that etcd cancels, unless the reason is that the user must log in again
 * or lacks a role. Then a new base is taken. Failures of the member or the store, and restarts, are
 * no end: the recorder continues from what is stored, and the member sends again what is not.
 * Objects that are encrypted cannot be read back without the private key; then a restart takes a
 * new base.
 *
 * <p>etcd sends no faster than events are stored. On the heap this takes three times the bytes of
 * an object and 5 MiB, where a single transaction is not larger than that. Where etcd takes larger
 * requests ({@code --max-request-bytes}) it takes up to four times their limit on the heap, and
 * four times that limit beside it; more than 256 MiB in one request are not recorded.
 *
 * <p>For one thread, that which calls {@link #run}.
 */
public final class ChangeRecorder {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Settings settings;
  private final BaseSource bases;
  private final BackupLock lock;
  private final Duration memberPatience;
  private final Duration baseDistance;
  private final ReentrantLock mutex = new ReentrantLock();
  private final Condition never = mutex.newCondition();
  private long lastBase; // in System.nanoTime()
  private boolean basedBefore;

  ChangeRecorder(ChangeRecorderBuilder builder) {
    this.settings =
        new Settings(
            builder.connection,
            builder.store,
            builder.project,
            builder.encodings,
            builder.suffixes,
            builder.period,
            builder.bytes,
            builder.hashEvery,
            builder.timeout,
            builder.clock,
            builder.listener);
    this.bases = builder.bases;
    this.lock = builder.lock;
    this.memberPatience = builder.memberPatience;
    this.baseDistance = builder.baseDistance;
  }

  /** What a recording needs. */
  record Settings(
      EtcdConnection connection,
      BackupStore store,
      String project,
      BackupEncodings encodings,
      List<String> suffixes,
      Duration period,
      int bytes,
      int hashEvery,
      Duration timeout,
      InstantSource clock,
      ChangeListener listener) {}

  /**
   * A backup on which a chain begins.
   *
   * @param key where it is stored
   * @param info the member and cluster it came from
   * @param digest its SHA-256 and its exact revision
   */
  public record Base(BackupKey key, SnapshotInfo info, SnapshotDigest digest) {}

  /** Takes backups for new chains. */
  @FunctionalInterface
  public interface BaseSource {
    /**
     * Takes a backup of the cluster and stores it in the project.
     *
     * @return what was stored, with the exact revision
     * @throws BackupException when that failed; it is tried again
     */
    Base take() throws BackupException;
  }

  /**
   * Begins with the defaults.
   *
   * @param connection how to reach the cluster
   * @param store where changes go, and where the bases are
   * @param project the project
   * @param bases takes a backup when there is no chain to continue
   * @return the settings
   * @throws IllegalArgumentException when the project cannot be one
   * @throws IllegalStateException when the application is on the module path and does not require
   *     {@code dev.etcdbackup.snapshot}
   */
  public static ChangeRecorderBuilder builder(
      EtcdConnection connection, BackupStore store, String project, BaseSource bases) {
    GrpcLibraries.requireSnapshotModule();
    return new ChangeRecorderBuilder(connection, store, BackupKey.requireProject(project), bases);
  }

  /**
   * Records until the thread is interrupted. What was received and not stored then is recorded by
   * the next one that runs, as long as the cluster retains it.
   *
   * @throws InterruptedException when it is
   */
  public void run() throws InterruptedException {
    Thread recorder = Thread.currentThread();
    Duration pause = FIRST_PAUSE;
    while (true) {

      try (BackupLock.@Nullable Held held =
          lock.tryAcquire(settings.project() + ".changes", () -> {}).orElse(null)) {
        if (held != null) {
          record(held);
        }
      } catch (IOException e) {
        rethrowInterrupt(recorder);
        BackupException failure =
            e instanceof BackupException known
                ? known
                : new StoreException("the lock cannot be acquired: " + FailureText.of(e), e);
        settings.listener().failed(failure);
      }
      pause = pause(pause);
    }
  }

  private void record(BackupLock.Held held) throws BackupException, InterruptedException {
    Optional<ChainState> chain = stored();
    String reason = "there is no chain to continue";
    Duration pause = FIRST_PAUSE;
    long progress = System.nanoTime();
    while (held.confirm()) {
      if (chain.isEmpty()) {
        chain = base(reason, held);
        progress = System.nanoTime();
        continue; // with the lock, if it is still held
      }
      Recording recording = new Recording(settings, chain.get(), held::confirm, progress);
      try {
        recording.run();
      } catch (ChainEndedException e) {
        settings.listener().ended(recording.state().to(), e.reason());
        reason = e.reason();
        chain = Optional.empty();
        continue;
      } catch (BackupExistsException e) {
        settings.listener().failed(e);
        progress = recording.deliveredAt();
        chain = stored(); // another recorder's
        continue;
      } catch (BackupException e) {
        rethrowInterrupt(Thread.currentThread());
        settings.listener().failed(e);
        boolean advanced = recording.state().to() > chain.get().to();
        pause = advanced ? FIRST_PAUSE : pause;
        progress = recording.deliveredAt();
        chain = Optional.of(recording.state());
        if (e instanceof SourceException
            && System.nanoTime() - progress > memberPatience.toNanos()) {
          reason = "the member could not be recorded for too long: " + e.getMessage();
          settings.listener().ended(recording.state().to(), reason);
          chain = Optional.empty();
        }
      }
      pause = pause(pause);
    }
  }

  /**
   * What the newest stored object is continued with; empty when there is none, it is bad, or there
   * is no backup that it leads from.
   */
  private Optional<ChainState> stored() throws BackupException {
    List<Backup> listing =
        settings.store().list(settings.project()).stream()
            .map(one -> Backup.of(one, ZoneOffset.UTC))
            .filter(one -> !one.isDatedAhead(settings.clock().instant()))
            .toList();
    Optional<Backup> newest =
        listing.stream().filter(one -> one.kind() == BackupKind.CHANGES).max(Backup.OLDEST_FIRST);
    if (newest.isEmpty()
        || listing.stream().noneMatch(one -> one.kind().hasSeries())
        || settings.encodings().missing(newest.get().name()).isPresent()) {
      return Optional.empty();
    }
    try {
      ChainState chain =
          ChainState.of(ChangesFile.read(newest.get(), settings.store(), settings.encodings()));
      settings.listener().continued(newest.get(), objectsAfter(chain.baseKey(), listing));
      return Optional.of(chain);
    } catch (CorruptBackupException | KeyUnavailableException e) {
      settings.listener().failed(e);
      return Optional.empty();
    }
  }

  private static int objectsAfter(String baseKey, List<Backup> listing) {
    String name = baseKey.substring(baseKey.indexOf('/') + 1);
    Instant taken = BackupName.parse(name).time().orElse(Instant.MIN);
    return (int)
        listing.stream()
            .filter(one -> one.kind() == BackupKind.CHANGES)
            .filter(one -> !one.time().orElseThrow().isBefore(taken))
            .count();
  }

  /** Takes the backup on which a chain begins; empty when the lock is lost. */
  private Optional<ChainState> base(String reason, BackupLock.Held held)
      throws BackupException, InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      long since = System.nanoTime() - lastBase;
      if (basedBefore && since < baseDistance.toNanos()) {
        await(baseDistance.minusNanos(since));
      }
      if (!held.confirm()) {
        return Optional.empty();
      }
      try (RecordedMember member =
          RecordedMember.find(settings.connection(), 0, settings.timeout())) {
        long auth = member.authRevision(); // before the snapshot: a change meanwhile is noticed
        lastBase = System.nanoTime();
        basedBefore = true;
        Base base = bases.take();
        settings.listener().based(base.key(), reason);
        return Optional.of(ChainState.of(base, auth));
      } catch (ChainEndedException e) {
        throw new IllegalStateException("any member was asked for", e);
      } catch (BackupExistsException e) { // of this second and revision; the next has another name
        basedBefore = false;
        settings.listener().failed(e);
      } catch (BackupException e) {
        rethrowInterrupt(Thread.currentThread());
        settings.listener().failed(e);
      }
      pause = pause(pause);
    }
  }

  /** Waits, and returns how long to wait the next time. */
  private Duration pause(Duration pause) throws InterruptedException {
    await(pause);
    Duration next = pause.multipliedBy(2);
    return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
  }

  private void await(Duration time) throws InterruptedException {
    mutex.lockInterruptibly();
    try {
      long left = time.toNanos();
      while (left > 0) {
        left = never.awaitNanos(left);
      }
    } finally {
      mutex.unlock();
    }
  }

  private static void rethrowInterrupt(Thread recorder) throws InterruptedException {
    if (recorder.isInterrupted()) {
      boolean unused = Thread.interrupted();
      throw new InterruptedException("interrupted while recording changes");
    }
  }

  /** Names the project and the endpoints. */
  @Override
  public String toString() {
    return "changes of " + settings.project() + ", " + settings.connection();
  }
}
