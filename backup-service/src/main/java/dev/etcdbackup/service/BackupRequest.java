package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One backup to be taken, and its options.
 *
 * <p>Immutable, and as thread-safe as the source, listener and check in it; may be used for any
 * number of backups.
 */
public final class BackupRequest {
  private final String project;
  private final SnapshotSource source;
  private final NamingStrategy naming;
  private final @Nullable Duration timeout;
  private final BackupProgress progress;
  private final CommitCheck beforeCommit;

  private BackupRequest(Builder builder) {
    this.project = builder.project;
    this.source = builder.source;
    this.naming = builder.naming;
    this.timeout = builder.timeout;
    this.progress = builder.progress;
    this.beforeCommit = builder.beforeCommit;
  }

  /**
   * Begins a request.
   *
   * @param project the project: one segment of a key
   * @param source the cluster
   * @return a builder with every default set
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

  /** Sets a request up. For one thread. */
  public static final class Builder {
    private final String project;
    private final SnapshotSource source;
    private NamingStrategy naming = NamingStrategy.periodic();
    private @Nullable Duration timeout;
    private BackupProgress progress = BackupProgress.NONE;
    private CommitCheck beforeCommit = () -> {};

    private Builder(String project, SnapshotSource source) {
      this.project = BackupKey.requireProject(project);
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * How the backup is named and encoded. By default {@link NamingStrategy#periodic()}, which
     * stores the snapshot as it is.
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
     * How long the backup may take, everything included. By default the service's timeout.
     *
     * @param timeout more than zero, at most 36,500 days
     * @return this
     * @throws IllegalArgumentException when the timeout is out of range
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireTimeout(timeout);
      return this;
    }

    /**
     * What is informed of how many bytes have been transferred. By default nothing.
     *
     * @param progress the listener
     * @return this
     */
    public Builder progress(BackupProgress progress) {
      this.progress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * The pre-commit check, which may refuse the commit. By default there is none.
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
