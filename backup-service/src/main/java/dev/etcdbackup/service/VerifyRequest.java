package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.internal.Deadline;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request to verify one stored backup, with its options.
 *
 * <p>Immutable, and as thread-safe as the verifier in it.
 */
public final class VerifyRequest {
  private final Backup backup;
  private final @Nullable BackupVerifier verifier;
  private final @Nullable Duration timeout;

  private VerifyRequest(Builder builder) {
    this.backup = builder.backup;
    this.verifier = builder.verifier;
    this.timeout = builder.timeout;
  }

  /**
   * Returns a builder of a request.
   *
   * @param backup the backup
   * @return a builder with the defaults
   */
  public static Builder builder(Backup backup) {
    return new Builder(backup);
  }

  Backup backup() {
    return backup;
  }

  /** The verifier; null for that of the service. */
  @Nullable BackupVerifier verifier() {
    return verifier;
  }

  /** The timeout of this verification; null for that of the service. */
  @Nullable Duration timeout() {
    return timeout;
  }

  /** A builder of a request. Not thread-safe. */
  public static final class Builder {
    private final Backup backup;
    private @Nullable BackupVerifier verifier;
    private @Nullable Duration timeout;

    private Builder(Backup backup) {
      this.backup = Objects.requireNonNull(backup, "backup");
    }

    /**
     * Sets how the backup is verified. Default: with the service's verifier.
     *
     * @param verifier the verifier
     * @return this
     */
    public Builder verifier(BackupVerifier verifier) {
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      return this;
    }

    /**
     * Sets the maximum duration of the whole verification. Default: the service's timeout.
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
     * Builds the request.
     *
     * @return the request
     */
    public VerifyRequest build() {
      return new VerifyRequest(this);
    }
  }
}
