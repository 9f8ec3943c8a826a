package dev.etcdbackup.service;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** A builder of a {@link BackupCopier}. Not thread-safe. */
public final class BackupCopierBuilder {
  final BackupStore from;
  final BackupStore to;
  BackupEncodings encodings = BackupEncodings.none();
  int parallelism = 4;
  Duration timeout = Duration.ofMinutes(10);
  InstantSource clock = InstantSource.system();
  ZoneId tarballZone = ZoneOffset.UTC;
  ThreadFactory threads =
      work -> {
        Thread thread = new Thread(work, "etcd-backup-copy");
        thread.setDaemon(true);
        return thread;
      };
  Consumer<CopyReport.Copied> listener = one -> {};
  boolean sizeOnly;
  Optional<CopyOne.NewEncoding> newEncoding = Optional.empty();
  Optional<ServerSideCopy> serverSide = Optional.empty();

  BackupCopierBuilder(BackupStore from, BackupStore to) {
    this.from = Objects.requireNonNull(from, "from");
    this.to = Objects.requireNonNull(to, "to");
  }

  /**
   * Sets the encodings with which backups are verified on the way. Default: none; then backups with
   * a suffix are copied byte by byte and reported as not verified.
   *
   * @param encodings the encodings
   * @return this
   */
  public BackupCopierBuilder encodings(BackupEncodings encodings) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    return this;
  }

  /**
   * Sets how many backups are copied at once. Default: 4.
   *
   * @param parallelism 1 to 64
   * @return this
   * @throws IllegalArgumentException when the number is out of range
   */
  public BackupCopierBuilder parallelism(int parallelism) {
    this.parallelism = BackupCopier.requireParallelism(parallelism);
    return this;
  }

  /**
   * Sets how long copying one backup may take. Default: 10 minutes.
   *
   * @param timeout more than zero, at most 36,500 days
   * @return this
   * @throws IllegalArgumentException when the timeout is out of range
   */
  public BackupCopierBuilder timeout(Duration timeout) {
    this.timeout = Deadline.requireTimeout(timeout);
    return this;
  }

  /**
   * Sets the clock of retention at the target. Default: the system clock.
   *
   * @param clock the clock
   * @return this
   */
  public BackupCopierBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the zone in which the times in the names of tarballs are read. Default: UTC.
   *
   * @param tarballZone the zone
   * @return this
   */
  public BackupCopierBuilder tarballZone(ZoneId tarballZone) {
    this.tarballZone = Objects.requireNonNull(tarballZone, "tarballZone");
    return this;
  }

  /**
   * Makes the threads that copy, up to three for each backup under way. Default: daemon threads.
   *
   * @param threads the factory
   * @return this
   */
  public BackupCopierBuilder threads(ThreadFactory threads) {
    this.threads = Objects.requireNonNull(threads, "threads");
    return this;
  }

  /**
   * Receives each result as soon as it is known, on the threads that copy, which wait for it. What
   * it throws ends the copying, deletes nothing at the target, and is thrown to the caller.
   * Default: nothing.
   *
   * @param listener the listener, thread-safe
   * @return this
   */
  public BackupCopierBuilder onCopied(Consumer<CopyReport.Copied> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Takes objects of the same name and size for equal, without reading them. Then a mirror of which
   * nothing is missing makes no request but the listings. Default: the contents are compared too.
   *
   * @return this
   */
  public BackupCopierBuilder sizeOnly() {
    this.sizeOnly = true;
    return this;
  }

  /**
   * Decodes periodic backups and changes on the way and encodes them again, for example to move to
   * encryption. They have the suffixes of the new encodings at the target; those that have them
   * already, tarballs and objects of other names are copied as they are. What is at the target
   * under the new name is taken for equal, because encrypted bytes differ each time. Signatures are
   * not copied, for they are of the bytes as they were. Needs the {@linkplain #encodings encodings}
   * to decode with. Default: everything is copied as it is.
   *
   * @param writing the encodings to write with
   * @param suffixes their suffixes in the order in which they are applied, for example {@code
   *     [".zst", ".gpg"]}; none stores plain snapshots
   * @return this
   * @throws IllegalArgumentException when an encoding for a suffix is missing
   */
  public BackupCopierBuilder encodeAs(BackupEncodings writing, List<String> suffixes) {
    BackupName name = BackupName.parse("etcd.backup_v1_2020-01-01-00:00:00");
    for (String suffix : suffixes) {
      name = name.withEncoding(suffix);
    }
    writing.require(name);
    this.newEncoding = Optional.of(new CopyOne.NewEncoding(writing, List.copyOf(suffixes)));
    return this;
  }

  /**
   * Lets the server copy the backups, so that their bytes do not pass through this process. They
   * are reported as not verified: of a periodic backup without encodings the first page is read,
   * and one whose size is not the announced one is not copied; of each copy the size, the beginning
   * and the end are compared with the source. Signatures are small and copied as ever. Default:
   * every byte is read, verified and written here.
   *
   * @param serverSide what copies from the store that is read to the one that is written, for
   *     example of {@code S3BackupStore.serverSideCopyFrom}
   * @return this
   */
  public BackupCopierBuilder serverSide(ServerSideCopy serverSide) {
    this.serverSide = Optional.of(serverSide);
    return this;
  }

  /**
   * Builds the copier.
   *
   * @return the copier
   * @throws IllegalStateException when backups are {@linkplain #encodeAs encoded again} and copied
   *     by the {@linkplain #serverSide server}, which cannot do that
   */
  public BackupCopier build() {
    if (newEncoding.isPresent() && serverSide.isPresent()) {
      throw new IllegalStateException("a server copies backups as they are, and encodes none anew");
    }
    return new BackupCopier(this);
  }
}
