package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.internal.Deadline;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request to download one backup into a file, with its options.
 *
 * <p>Immutable, and as thread-safe as the listener in it.
 */
public final class DownloadRequest {
  private final BackupKey key;
  private final Path target;
  private final boolean replace;
  private final @Nullable Duration timeout;
  private final BackupProgress progress;

  private DownloadRequest(Builder builder) {
    this.key = builder.key;
    this.target = builder.target;
    this.replace = builder.replace;
    this.timeout = builder.timeout;
    this.progress = builder.progress;
  }

  /**
   * Returns a builder of a request.
   *
   * @param key the key of the backup
   * @param target the file; its directory must exist
   * @return a builder with the defaults
   */
  public static Builder builder(BackupKey key, Path target) {
    return new Builder(key, target);
  }

  BackupKey key() {
    return key;
  }

  Path target() {
    return target;
  }

  boolean replace() {
    return replace;
  }

  /** The timeout of this download; null for that of the service. */
  @Nullable Duration timeout() {
    return timeout;
  }

  BackupProgress progress() {
    return progress;
  }

  /** A builder of a request. Not thread-safe. */
  public static final class Builder {
    private final BackupKey key;
    private final Path target;
    private boolean replace;
    private @Nullable Duration timeout;
    private BackupProgress progress = BackupProgress.NONE;

    private Builder(BackupKey key, Path target) {
      this.key = Objects.requireNonNull(key, "key");
      this.target = Objects.requireNonNull(target, "target");
    }

    /**
     * Sets whether an existing file is replaced. Default: it is not replaced.
     *
     * @param options {@link StandardCopyOption#REPLACE_EXISTING} or none
     * @return this
     * @throws IllegalArgumentException for any other option
     */
    public Builder options(StandardCopyOption... options) {
      boolean replacing = false;
      for (StandardCopyOption option : options) {
        if (option != StandardCopyOption.REPLACE_EXISTING) {
          throw new IllegalArgumentException(
              "the option of a download must be REPLACE_EXISTING, not " + option);
        }
        replacing = true;
      }
      this.replace = replacing;
      return this;
    }

    /**
     * Sets the maximum duration of the whole download. Default: the service's timeout.
     *
     * @param timeout the duration, more than 0 and at most 36,500 days
     * @return this
     * @throws IllegalArgumentException when the timeout is out of range
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireTimeout(timeout);
      return this;
    }

    /**
     * Sets the listener that receives the progress. Default: none.
     *
     * @param progress the listener
     * @return this
     */
    public Builder progress(BackupProgress progress) {
      this.progress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * Builds the request.
     *
     * @return the request
     */
    public DownloadRequest build() {
      return new DownloadRequest(this);
    }
  }
}
