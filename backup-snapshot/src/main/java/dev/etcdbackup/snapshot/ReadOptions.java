package dev.etcdbackup.snapshot;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.internal.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Options for reading a backup with {@link StoredSnapshot}.
 *
 * <p>Immutable and thread-safe if the encodings and the progress listener are.
 */
public final class ReadOptions {
  /** How much of a snapshot the caller is going to read. */
  public enum Extent {
    /** All or most of it: it is copied first, in one request. */
    WHOLE,
    /**
     * A few pages, as {@link EtcdSnapshot#metadata} does: it is read by ranges where its encodings
     * allow that, and copied otherwise.
     */
    FEW_PAGES
  }

  /** What happens when a snapshot that is copied does not end with its SHA-256. */
  public enum Checksum {
    /** It is not opened. */
    REQUIRED,
    /** It is opened, and {@link EtcdSnapshot#verify} reports what is wrong with it. */
    REPORTED
  }

  /** Called with the progress of reading a backup. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Takes the progress; called on the thread that reads, once for each MiB.
     *
     * @param bytes how many bytes were read so far
     * @param total how many there are
     */
    void moved(long bytes, long total);
  }

  /** Unpacks what may be around a snapshot although its name does not say so. */
  @FunctionalInterface
  public interface Unpacking {
    /** Leaves everything as it is. */
    Unpacking NONE = bytes -> bytes;

    /**
     * Unpacks bytes if they are an archive.
     *
     * @param bytes the bytes from their beginning; closing the result closes them
     * @return what is inside them, or the same bytes. The stream reports its end only after all
     *     bytes were read
     * @throws IOException when they are an archive that cannot be unpacked, or cannot be read
     */
    InputStream unpack(InputStream bytes) throws IOException;
  }

  static final Duration NO_TIMEOUT = Duration.ofDays(36_500);

  private final BackupEncodings encodings;
  private final Path temporaryDirectory;
  private final Extent extent;
  private final Checksum checksum;
  private final Duration timeout;
  private final Progress progress;
  private final Progress passProgress;
  private final Unpacking unpacking;

  private ReadOptions(Builder builder) {
    this.encodings = builder.encodings;
    this.temporaryDirectory = builder.temporaryDirectory;
    this.extent = builder.extent;
    this.checksum = builder.checksum;
    this.timeout = builder.timeout;
    this.progress = builder.progress;
    this.passProgress = builder.passProgress;
    this.unpacking = builder.unpacking;
  }

  /**
   * Begins with the defaults.
   *
   * @param encodings the encodings that backups are read with
   * @param temporaryDirectory where temporary files go: must exist, with room for the snapshot. A
   *     process that is killed leaves its {@code etcd-backup-*.db} there
   * @return the settings
   */
  public static Builder builder(BackupEncodings encodings, Path temporaryDirectory) {
    return new Builder(encodings, temporaryDirectory);
  }

  BackupEncodings encodings() {
    return encodings;
  }

  Path temporaryDirectory() {
    return temporaryDirectory;
  }

  Extent extent() {
    return extent;
  }

  Checksum checksum() {
    return checksum;
  }

  Duration timeout() {
    return timeout;
  }

  Progress progress() {
    return progress;
  }

  Progress passProgress() {
    return passProgress;
  }

  Unpacking unpacking() {
    return unpacking;
  }

  /** Settings of reading. Not thread-safe. */
  public static final class Builder {
    private final BackupEncodings encodings;
    private final Path temporaryDirectory;
    private Extent extent = Extent.WHOLE;
    private Checksum checksum = Checksum.REQUIRED;
    private Duration timeout = Duration.ofMinutes(10);
    private Progress progress = (bytes, total) -> {};
    private Progress passProgress = (bytes, total) -> {};
    private Unpacking unpacking = Unpacking.NONE;

    private Builder(BackupEncodings encodings, Path temporaryDirectory) {
      this.encodings = Objects.requireNonNull(encodings, "encodings");
      this.temporaryDirectory = Objects.requireNonNull(temporaryDirectory, "temporaryDirectory");
    }

    /**
     * How much of the snapshot is going to be read. Default: {@link Extent#WHOLE}.
     *
     * @param extent how much
     * @return this
     */
    public Builder extent(Extent extent) {
      this.extent = Objects.requireNonNull(extent, "extent");
      return this;
    }

    /**
     * Whether a snapshot without a matching SHA-256 is opened. Default: {@link Checksum#REQUIRED}.
     *
     * @param checksum whether it is
     * @return this
     */
    public Builder checksum(Checksum checksum) {
      this.checksum = Objects.requireNonNull(checksum, "checksum");
      return this;
    }

    /**
     * How long copying may take. Default: 10 minutes. A copy of a file is ended between two reads
     * of it; one of a stored backup also while a read blocks, at the latest 10 seconds after this
     * time.
     *
     * @param timeout more than zero, at most 100 years
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireTimeout(timeout);
      return this;
    }

    /**
     * What unpacks backups and files whose names have no encodings, when they begin as an archive
     * does: with gzip, xz, zstd, zip, tar or OpenPGP. Default: {@link Unpacking#NONE}; they are
     * refused, and the message says what they are.
     *
     * @param unpacking what unpacks them
     * @return this
     */
    public Builder unpacking(Unpacking unpacking) {
      this.unpacking = Objects.requireNonNull(unpacking, "unpacking");
      return this;
    }

    /**
     * Called with the progress of copying, in stored bytes, and once more at its end. Default:
     * nothing is called.
     *
     * @param progress the listener
     * @return this
     */
    public Builder progress(Progress progress) {
      this.progress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * Called with the progress of each pass over the snapshot once it is open. A call that reads
     * all of it passes over its pages, once or twice as {@link EtcdSnapshot} says; a cursor passes
     * over the values of its keys. Each pass begins at 0, and may end before the total, since free
     * pages are not read. Default: nothing is called.
     *
     * @param progress the listener; one call works on one thread, but several may at once
     * @return this
     */
    public Builder passProgress(Progress progress) {
      this.passProgress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public ReadOptions build() {
      return new ReadOptions(this);
    }
  }
}
