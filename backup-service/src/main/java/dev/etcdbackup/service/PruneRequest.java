package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.retention.RetentionPolicy;
import java.util.Objects;

/**
 * A request to prune a project, with its options.
 *
 * <p>Immutable, and as thread-safe as the policy in it.
 */
public final class PruneRequest {
  private final String project;
  private final RetentionPolicy policy;
  private final boolean verifying;

  private PruneRequest(Builder builder) {
    this.project = builder.project;
    this.policy = builder.policy;
    this.verifying = builder.verifying;
  }

  /**
   * Returns a builder of a request.
   *
   * @param project the project
   * @param policy the policy that selects the backups to keep
   * @return a builder with the defaults
   * @throws IllegalArgumentException when the project cannot be part of a key
   */
  public static Builder builder(String project, RetentionPolicy policy) {
    return new Builder(project, policy);
  }

  String project() {
    return project;
  }

  RetentionPolicy policy() {
    return policy;
  }

  boolean verifying() {
    return verifying;
  }

  /** A builder of a request. Not thread-safe. */
  public static final class Builder {
    private final String project;
    private final RetentionPolicy policy;
    private boolean verifying = true;

    private Builder(String project, RetentionPolicy policy) {
      this.project = BackupKey.requireProject(project);
      this.policy = Objects.requireNonNull(policy, "policy");
    }

    /**
     * Deletes without verifying a backup first. Default: in each series of which backups are to be
     * deleted, the newest backup that is kept is verified first.
     *
     * @return this
     */
    public Builder skipVerification() {
      this.verifying = false;
      return this;
    }

    /**
     * Builds the request.
     *
     * @return the request
     */
    public PruneRequest build() {
      return new PruneRequest(this);
    }
  }
}
