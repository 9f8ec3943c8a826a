package dev.etcdbackup.service;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.internal.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request to take one backup, with its options.
 *
 * <p>Immutable, and as thread-safe as the source, listener and check in it; may be used for any
 * number of backups.
 */
public final class BackupRequest {
  private final String project;
  private final SnapshotSource source;
  private final NamingStrategy naming;
  private final @Nullable BackupEncodings encodings;
  private final @Nullable Duration timeout;
  private final BackupProgress progress;
  private final CommitCheck beforeCommit;

  private BackupRequest(Builder builder) {
    this.project = builder.project;
    this.source = builder.source;
    this.naming = builder.naming;
    this.encodings = builder.encodings;
    this.timeout = builder.timeout;
    this.progress = builder.progress;
    this.beforeCommit = builder.beforeCommit;
  }

  /**
   * Returns a builder of a request.
   *
   * @param project the project: one segment of a key
   * @param source the source of the snapshot
   * @return a builder with the defaults
   * @throws IllegalArgumentException when the project cannot be part of a key
   */
  public static Builder builder(String project, SnapshotSource source) {
    return new Builder(project, source);
  }

  String project() {
    return project;
  }

  SnapshotSource source() {
    return source;
  }

  NamingStrategy naming() {
    return naming;
  }

  /** The encodings of this backup; null for those of the service. */
  @Nullable BackupEncodings encodings() {
    return encodings;
  }

  /** The timeout of this backup; null for that of the service. */
  @Nullable Duration timeout() {
    return timeout;
  }

  BackupProgress progress() {
    return progress;
  }

  CommitCheck beforeCommit() {
    return beforeCommit;
  }

  /** A builder of a request. Not thread-safe. */
  public static final class Builder {
    private final String project;
    private final SnapshotSource source;
    private NamingStrategy naming = NamingStrategy.periodic();
    private @Nullable BackupEncodings encodings;
    private @Nullable Duration timeout;
    private BackupProgress progress = BackupProgress.NONE;
    private CommitCheck beforeCommit = () -> {};

    private Builder(String project, SnapshotSource source) {
      this.project = BackupKey.requireProject(project);
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Sets how the backup is named and encoded. Default: {@link NamingStrategy#periodic()}, which
     * stores the snapshot without an encoding.
     *
     * @param naming the naming; {@link NamingStrategy#withEncodings} adds encodings
     * @return this
     * @throws IllegalArgumentException when the name cannot be part of a key
     */
    public Builder naming(NamingStrategy naming) {
      if (naming.isFixed()) {
        BackupKey.of(project, naming.name(0, Instant.EPOCH));
      }
      this.naming = naming;
      return this;
    }

    /**
     * Sets the encodings with which the backup is written, for settings that differ from one backup
     * to another, such as a level of compression or the recipients of an encryption. The naming
     * selects those that are applied. Default: the encodings of the service.
     *
     * @param encodings the encodings
     * @return this
     */
    public Builder encodings(BackupEncodings encodings) {
      this.encodings = Objects.requireNonNull(encodings, "encodings");
      return this;
    }

    /**
     * Sets the maximum duration of the whole backup. Default: the service's timeout.
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
     * Sets the pre-commit check, which may refuse the commit. Default: none.
     *
     * @param beforeCommit the check
     * @return this
     */
    public Builder beforeCommit(CommitCheck beforeCommit) {
      this.beforeCommit = Objects.requireNonNull(beforeCommit, "beforeCommit");
      return this;
    }

    /**
     * Builds the request.
     *
     * @return the request
     */
    public BackupRequest build() {
      return new BackupRequest(this);
    }
  }
}
