package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/** A builder of a {@link ChangeRecorder}. For one thread. */
public final class ChangeRecorderBuilder {
  final EtcdConnection connection;
  final BackupStore store;
  final String project;
  final ChangeRecorder.BaseSource bases;
  BackupEncodings encodings = BackupEncodings.none();
  List<String> suffixes = List.of();
  Duration period = Duration.ofSeconds(10);
  int bytes = 8 << 20;
  int hashEvery = 360;
  Duration timeout = Duration.ofSeconds(10);
  Duration memberPatience = Duration.ofMinutes(1);
  Duration baseDistance = Duration.ofMinutes(5);
  BackupLock lock = BackupLock.inProcess();
  InstantSource clock = InstantSource.system();
  ChangeListener listener = new ChangeListener() {};

  ChangeRecorderBuilder(
      EtcdConnection connection,
      BackupStore store,
      String project,
      ChangeRecorder.BaseSource bases) {
    this.connection = Objects.requireNonNull(connection, "connection");
    this.store = Objects.requireNonNull(store, "store");
    this.project = project;
    this.bases = Objects.requireNonNull(bases, "bases");
  }

  /**
   * How objects are encoded. Default: not at all.
   *
   * @param encodings has an encoding for each suffix, and for those of objects that are there
   * @param suffixes {@code .zst}, {@code .gpg}, both in this order, or none
   * @return this
   * @throws IllegalArgumentException when an encoding is missing, or the suffixes are others
   */
  public ChangeRecorderBuilder encodings(BackupEncodings encodings, List<String> suffixes) {
    BackupName name = BackupName.changes(1, 1, Instant.EPOCH);
    for (String suffix : suffixes) {
      name = name.withEncoding(suffix);
    }
    encodings.require(name);
    this.encodings = encodings;
    this.suffixes = List.copyOf(suffixes);
    return this;
  }

  /**
   * How long after its first event an object is stored; what may be lost with the cluster is this
   * and the time to store it. Default: 10 seconds.
   *
   * @param period 100 milliseconds to 1 day
   * @return this
   * @throws IllegalArgumentException when it is not
   */
  public ChangeRecorderBuilder period(Duration period) {
    if (period.compareTo(Duration.ofMillis(100)) < 0 || period.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("period must be 100 ms to 1 day, not " + period);
    }
    this.period = period;
    return this;
  }

  /**
   * How many bytes of events make an object full; it grows beyond that to the end of a revision.
   * Default: 8 MiB.
   *
   * @param bytes 1024 bytes to 64 MiB
   * @return this
   * @throws IllegalArgumentException when it is not
   */
  public ChangeRecorderBuilder bytes(int bytes) {
    if (bytes < 1024 || bytes > 64 << 20) {
      throw new IllegalArgumentException("bytes must be 1024 to 67108864, not " + bytes);
    }
    this.bytes = bytes;
    return this;
  }

  /**
   * How often the member is asked for HashKV, for which it reads its whole history: once in so many
   * objects. Default: 360, which is an hour of steady changes.
   *
   * @param objects 1 or more; 0 for never
   * @return this
   * @throws IllegalArgumentException when it is negative
   */
  public ChangeRecorderBuilder hashEvery(int objects) {
    if (objects < 0) {
      throw new IllegalArgumentException("hashEvery must be 0 or more, not " + objects);
    }
    this.hashEvery = objects;
    return this;
  }

  /**
   * How long a request to the member may take, ten times as long for HashKV; and, unless three
   * periods are longer, how long the watch may deliver nothing although the member is ahead of it
   * or has no leader. Then the member is connected to again. Default: 10 seconds.
   *
   * @param timeout more than 0, at most 365 days
   * @return this
   * @throws IllegalArgumentException when it is not
   */
  public ChangeRecorderBuilder timeout(Duration timeout) {
    this.timeout = EtcdConnection.requireWithin("timeout", timeout);
    return this;
  }

  /**
   * How long a member that does not answer, has no leader, or does not deliver what changes is
   * waited for before the chain ends and another one is recorded. Default: 1 minute.
   *
   * @param memberPatience more than 0, at most 365 days
   * @return this
   * @throws IllegalArgumentException when it is not
   */
  public ChangeRecorderBuilder memberPatience(Duration memberPatience) {
    this.memberPatience = EtcdConnection.requireWithin("memberPatience", memberPatience);
    return this;
  }

  /**
   * The least time between two bases that this recorder takes, or tries to take: each streams a
   * snapshot. Where another backup has just got the name of a base, it is tried again within a
   * second. Default: 5 minutes.
   *
   * @param baseDistance more than 0, at most 365 days
   * @return this
   * @throws IllegalArgumentException when it is not
   */
  public ChangeRecorderBuilder baseDistance(Duration baseDistance) {
    this.baseDistance = EtcdConnection.requireWithin("baseDistance", baseDistance);
    return this;
  }

  /**
   * A lock that lets one of several recorders record; it is held under the name {@code
   * PROJECT.changes}. Default: one within this process alone.
   *
   * @param lock the lock
   * @return this
   */
  public ChangeRecorderBuilder lock(BackupLock lock) {
    this.lock = Objects.requireNonNull(lock, "lock");
    return this;
  }

  /**
   * The clock of names and marks of time. Default: the system's.
   *
   * @param clock the clock
   * @return this
   */
  public ChangeRecorderBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Who learns what is done. Default: none.
   *
   * @param listener the listener
   * @return this
   */
  public ChangeRecorderBuilder listener(ChangeListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Builds the recorder. Connects to nothing.
   *
   * @return the recorder
   */
  public ChangeRecorder build() {
    return new ChangeRecorder(this);
  }
}
