package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Takes, lists, reads back and prunes the backups of one store.
 *
 * <p>Thread-safe; any number of calls may run at once. Calls block. Those that move a snapshot do
 * so on a thread of their own, which has ended when they return, and are over when their timeout
 * is; an interrupt ends them too, within about a second, and leaves the caller's interrupt status
 * set. Only after ten seconds is work that cannot be ended left behind.
 *
 * <p>Holds no snapshot in memory. The service has nothing to be closed; the store remains the
 * caller's.
 */
public final class BackupService {
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final InstantSource clock;
  private final ZoneId tarballZone;
  private final BackupProgress progress;
  private final CommitCheck beforeCommit;
  private final BackupVerifier verifier;
  private final SnapshotReader reader;
  private final Deadline deadline;

  private BackupService(Builder builder) {
    this.store = builder.store;
    this.encodings = builder.encodings;
    this.clock = builder.clock;
    this.tarballZone = builder.tarballZone;
    this.progress = builder.progress;
    this.beforeCommit = builder.beforeCommit;
    this.reader = new SnapshotReader(store, encodings);
    this.deadline = new Deadline(builder.timeout, builder.threads);
    this.verifier = builder.verifier != null ? builder.verifier : this::readThrough;
  }

  /**
   * Begins a service.
   *
   * @param store where the backups are
   * @return a builder with every default set
   */
  public static Builder builder(BackupStore store) {
    return new Builder(store);
  }

  /**
   * Takes a periodic backup, {@code etcd.backup_vREVISION_TIME}.
   *
   * @param project the project
   * @param source the cluster
   * @return what was stored
   * @throws BackupException as {@link #backUp(String, SnapshotSource, NamingStrategy)}
   */
  public BackupResult backUp(String project, SnapshotSource source) throws BackupException {
    return backUp(project, source, NamingStrategy.periodic());
  }

  /**
   * Takes a backup. It is stored whole and proved, or not at all; nothing is ever overwritten.
   *
   * <p>The name bears the time the call began and the revision the source told before it streamed.
   * If that name is taken the next free second of the following 60 is used, except for manual
   * names.
   *
   * @param project the project: one segment
   * @param source the cluster
   * @param naming how to name the backup
   * @return what was stored
   * @throws IllegalArgumentException when project or name cannot be part of a key, or the name asks
   *     for an encoding that the service does not have
   * @throws SourceException when the source failed, or time ran out while waiting for it; nothing
   *     was stored
   * @throws BackupExistsException when the name is taken
   * @throws StoreException when the store failed, or time ran out while waiting for it; nothing was
   *     stored unless it says that the outcome is unknown
   */
  public BackupResult backUp(String project, SnapshotSource source, NamingStrategy naming)
      throws BackupException {
    BackupKey.requireProject(project);
    encodings.require(BackupName.parse(naming.name(0, clock.instant())));
    TakeBackup work =
        new TakeBackup(project, source, naming, store, encodings, clock, progress, beforeCommit);
    try {
      return deadline.run("backup of " + project, work);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException("backup of " + project + " failed: " + e.getMessage(), e);
    }
  }

  /**
   * Lists a project.
   *
   * @param project the whole project, or {@code ""} for every one
   * @return all of its backups in the order of their keys, of every kind
   * @throws StoreException when the list cannot be had to its end
   */
  public List<Backup> list(String project) throws BackupException {
    return store.list(project).stream().map(b -> Backup.of(b, tarballZone)).toList();
  }

  /**
   * Finds the newest periodic backup or tarball of a project, by {@link Backup#OLDEST_FIRST}. Those
   * dated more than an hour ahead do not count.
   *
   * @param project the whole project
   * @return the newest; empty when there is none
   * @throws StoreException when the list cannot be had to its end
   */
  public Optional<Backup> latest(String project) throws BackupException {
    return list(project).stream()
        .filter(b -> b.kind() != BackupKind.OTHER && !b.isDatedAhead(clock.instant()))
        .max(Backup.OLDEST_FIRST);
  }

  /**
   * Reads a backup back into a file: the snapshot itself, unpacked if it is a tarball, proved on
   * the way. The file appears under its name only when it is whole, proved and on the disk; it is
   * readable by its owner only.
   *
   * @param key the backup
   * @param target the file; its directory exists
   * @param overwrite whether a file that is there may be replaced
   * @return what was proved
   * @throws IllegalArgumentException when the service does not have one of its encodings
   * @throws BackupNotFoundException when there is no such backup
   * @throws CorruptBackupException when it is damaged or is no snapshot
   * @throws StoreException when it cannot be read, or time ran out
   * @throws IOException when the file cannot be written; a {@link
   *     java.nio.file.FileAlreadyExistsException} when it is there and may not be replaced
   */
  public SnapshotDigest download(BackupKey key, Path target, boolean overwrite) throws IOException {
    Backup backup = require(key);
    return write(
        key,
        target,
        overwrite,
        () -> reader.open(backup),
        (in, out) -> {
          VerifyingInputStream snapshot = (VerifyingInputStream) in;
          Download.copy(new CountingInputStream(snapshot, snapshot.size(), progress), out);
          return snapshot.digest();
        });
  }

  /**
   * Reads a backup back into a file, byte for byte as it is stored, whatever it is. Nothing is
   * proved.
   *
   * @param key the backup
   * @param target the file, treated as by {@link #download}
   * @param overwrite whether a file that is there may be replaced
   * @return the number of bytes
   * @throws BackupNotFoundException when there is no such backup
   * @throws StoreException when it cannot be read, or time ran out
   * @throws IOException when the file cannot be written
   */
  public long downloadRaw(BackupKey key, Path target, boolean overwrite) throws IOException {
    Backup backup = require(key);
    long size = backup.stored().size();
    return write(
        key,
        target,
        overwrite,
        () -> reader.openRaw(backup.stored()),
        (in, out) -> {
          Download.copy(new CountingInputStream(in, size, progress), out);
          return size;
        });
  }

  /**
   * Verifies a stored backup with the service's verifier, within the service's timeout.
   *
   * @param backup the backup
   * @return what was found
   * @throws BackupNotFoundException when it is no longer there
   * @throws StoreException when it cannot be read, or time ran out
   */
  public Verification verify(Backup backup) throws BackupException {
    try {
      return deadline.run("verification of " + backup.key(), new Verify(verifier, backup, store));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Plans a prune and changes nothing.
   *
   * @param project the whole project
   * @param policy what to keep
   * @return what would be kept and deleted, and why
   * @throws StoreException when the list cannot be had to its end
   */
  public RetentionPlan planPrune(String project, RetentionPolicy policy) throws BackupException {
    return pruning().plan(project, policy);
  }

  /**
   * Deletes what a policy does not keep. Only periodic backups and tarballs are ever deleted, never
   * the newest of a series, and nothing unless the listing was complete.
   *
   * @param project the whole project
   * @param policy what to keep
   * @param verifyFirst whether to verify first, in each series of which something is to be deleted,
   *     the newest backup that is kept
   * @return what was done; a backup that the store did not delete is in there, not thrown
   * @throws CorruptBackupException when a backup that had to be verified is bad; nothing was
   *     deleted
   * @throws StoreException when the list cannot be had or the store failed as a whole
   */
  public PruneReport prune(String project, RetentionPolicy policy, boolean verifyFirst)
      throws BackupException {
    return pruning().prune(project, policy, verifyFirst);
  }

  /**
   * Deletes what a policy does not keep in the series of a backup just taken, and never that
   * backup.
   *
   * @param result what {@link #backUp} returned
   * @param policy what to keep
   * @return what was done; empty for a manual backup, which is in no series
   * @throws StoreException when the list cannot be had, lacks the backup just taken and so is not
   *     complete, or the store failed as a whole; the backup itself is stored all the same
   */
  public PruneReport pruneAfter(BackupResult result, RetentionPolicy policy)
      throws BackupException {
    return pruning().pruneAfter(result, policy);
  }

  private Pruning pruning() {
    return new Pruning(this, store, clock);
  }

  private Backup require(BackupKey key) throws BackupException {
    return store
        .find(key)
        .map(b -> Backup.of(b, tarballZone))
        .orElseThrow(() -> new BackupNotFoundException(key));
  }

  /** The default verifier: the whole snapshot is read and proved. */
  private Verification readThrough(Backup backup, BackupStore from) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Verification(
          List.of("cannot be verified, because the encoding for " + missing.get() + " is missing"));
    }
    try (InputStream snapshot = new SnapshotReader(from, encodings).open(backup)) {
      Download.copy(snapshot, OutputStream.nullOutputStream());
      return new Verification(List.of());
    } catch (CorruptBackupException e) {
      return new Verification(List.of(Objects.toString(e.getMessage())));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private <T> T write(
      BackupKey key, Path target, boolean overwrite, Download.Opener opener, Writer<T> writer)
      throws IOException {
    return deadline.run(
        "reading " + key,
        new Download<>(
            key.toString(),
            opener,
            in -> {
              try (TargetFile file = new TargetFile(target, overwrite)) {
                T result = writer.write(in, file.out());
                file.commit();
                return result;
              }
            }));
  }

  /** Ended by the interrupt alone: reading a store heeds it. */
  private record Verify(BackupVerifier verifier, Backup backup, BackupStore store)
      implements Deadline.Work<Verification> {
    @Override
    public Verification call() throws BackupException {
      return verifier.verify(backup, store);
    }

    @Override
    public void cancel() {}

    @Override
    public boolean waitsForSource() {
      return false;
    }
  }

  private interface Writer<T> {
    T write(InputStream in, OutputStream out) throws IOException;
  }

  /** Sets a service up. For one thread. */
  public static final class Builder {
    private final BackupStore store;
    private BackupEncodings encodings = BackupEncodings.none();
    private @Nullable BackupVerifier verifier;
    private InstantSource clock = InstantSource.system();
    private ZoneId tarballZone = ZoneOffset.UTC;
    private Duration timeout = Duration.ofMinutes(10);
    private BackupProgress progress = (bytes, total) -> {};
    private CommitCheck beforeCommit = () -> {};
    private ThreadFactory threads =
        work -> {
          Thread thread = new Thread(work, "etcd-backup");
          thread.setDaemon(true);
          return thread;
        };

    private Builder(BackupStore store) {
      this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * The encodings that backups are written and read with. By default none: only snapshots that
     * are stored as they are can be written and read.
     *
     * @param encodings the encodings, for example {@code BackupEncodings.of(new Tarball())} with
     *     backup-tarball
     * @return this
     */
    public Builder encodings(BackupEncodings encodings) {
      this.encodings = Objects.requireNonNull(encodings, "encodings");
      return this;
    }

    /**
     * How backups are verified. By default all of the snapshot is read and proved by its size and
     * SHA-256.
     *
     * @param verifier the verifier
     * @return this
     */
    public Builder verifier(BackupVerifier verifier) {
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      return this;
    }

    /**
     * What time it is. By default the system's clock.
     *
     * @param clock the clock
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * The zone in which the times in the names of tarballs are read; they are always written in
     * UTC. By default UTC.
     *
     * @param tarballZone the zone
     * @return this
     */
    public Builder tarballZone(ZoneId tarballZone) {
      this.tarballZone = Objects.requireNonNull(tarballZone, "tarballZone");
      return this;
    }

    /**
     * How long a single backup, read-back or verification may take, everything included. By default
     * 10 minutes.
     *
     * @param timeout more than zero, at most 100 years
     * @return this
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative()
          || timeout.isZero()
          || timeout.compareTo(Duration.ofDays(36_500)) > 0) {
        throw new IllegalArgumentException(
            "timeout must be more than zero and at most 100 years, not " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * Who hears how far backups and read-backs have come. By default nobody.
     *
     * @param progress the listener
     * @return this
     */
    public Builder progress(BackupProgress progress) {
      this.progress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * Who has the last word before a backup becomes visible. By default nobody.
     *
     * @param beforeCommit the check
     * @return this
     */
    public Builder beforeCommit(CommitCheck beforeCommit) {
      this.beforeCommit = Objects.requireNonNull(beforeCommit, "beforeCommit");
      return this;
    }

    /**
     * Where the threads come from that move snapshots: one for each call under way. By default new
     * daemon threads.
     *
     * @param threads the factory
     * @return this
     */
    public Builder threads(ThreadFactory threads) {
      this.threads = Objects.requireNonNull(threads, "threads");
      return this;
    }

    /**
     * Builds the service.
     *
     * @return the service
     */
    public BackupService build() {
      return new BackupService(this);
    }
  }
}
