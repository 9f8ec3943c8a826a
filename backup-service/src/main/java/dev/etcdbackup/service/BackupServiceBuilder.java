package dev.etcdbackup.service;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.internal.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A builder of a {@link BackupService}. For one thread. */
public final class BackupServiceBuilder {
  final BackupStore store;
  BackupEncodings encodings = BackupEncodings.none();
  @Nullable BackupVerifier verifier;
  InstantSource clock = InstantSource.system();
  ZoneId tarballZone = ZoneOffset.UTC;
  Duration timeout = Duration.ofMinutes(10);
  ThreadFactory threads =
      work -> {
        Thread thread = new Thread(work, "etcd-backup");
        thread.setDaemon(true);
        return thread;
      };

  BackupServiceBuilder(BackupStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  /**
   * The encodings that backups are written and read with. By default none: only snapshots that are
   * stored as they are can be written and read.
   *
   * @param encodings the encodings, for example {@code BackupEncodings.of(new Tarball())} with
   *     backup-tarball
   * @return this
   */
  public BackupServiceBuilder encodings(BackupEncodings encodings) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    return this;
  }

  /**
   * How backups are verified. By default all of the snapshot is read and verified by its size and
   * SHA-256.
   *
   * @param verifier the verifier
   * @return this
   */
  public BackupServiceBuilder verifier(BackupVerifier verifier) {
    this.verifier = Objects.requireNonNull(verifier, "verifier");
    return this;
  }

  /**
   * The clock that names backups and decides what is dated ahead. By default the system clock.
   *
   * @param clock the clock
   * @return this
   */
  public BackupServiceBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * The zone in which the times in the names of tarballs are read; they are always written in UTC.
   * By default UTC.
   *
   * @param tarballZone the zone
   * @return this
   */
  public BackupServiceBuilder tarballZone(ZoneId tarballZone) {
    this.tarballZone = Objects.requireNonNull(tarballZone, "tarballZone");
    return this;
  }

  /**
   * How long a single backup, download or verification may take, everything included, unless its
   * request says otherwise. By default 10 minutes.
   *
   * @param timeout more than zero, at most 36,500 days
   * @return this
   * @throws IllegalArgumentException when the timeout is out of range
   */
  public BackupServiceBuilder timeout(Duration timeout) {
    this.timeout = Deadline.requireTimeout(timeout);
    return this;
  }

  /**
   * Makes the threads that transfer snapshots: one for each call under way. By default new daemon
   * threads.
   *
   * @param threads the factory
   * @return this
   */
  public BackupServiceBuilder threads(ThreadFactory threads) {
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
