package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.internal.Deadline;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A scrub: the verification of many stored backups, one after another, and the options.
 *
 * <p>Immutable, and as thread-safe as the verifier and the listeners in it.
 */
public final class ScrubRequest {
  private final String project;
  private final DailyShare share;
  private final int maxUnreadable;
  private final @Nullable BackupVerifier verifier;
  private final @Nullable Duration timeout;
  private final Consumer<ScrubReport.Checked> listener;
  private final BackupProgress progress;

  private ScrubRequest(Builder builder) {
    this.project = builder.project;
    this.share = builder.share;
    this.maxUnreadable = builder.maxUnreadable;
    this.verifier = builder.verifier;
    this.timeout = builder.timeout;
    this.listener = builder.listener;
    this.progress = builder.progress;
  }

  /**
   * Returns a builder of a request.
   *
   * @param project the whole project, or {@code ""} for every one
   * @return a builder with every default set
   * @throws IllegalArgumentException when the project cannot be part of a key
   */
  public static Builder builder(String project) {
    return new Builder(project);
  }

  String project() {
    return project;
  }

  DailyShare share() {
    return share;
  }

  int maxUnreadable() {
    return maxUnreadable;
  }

  /** The request to verify one of the backups. */
  VerifyRequest verification(Backup backup) {
    VerifyRequest.Builder one = VerifyRequest.builder(backup);
    if (verifier != null) {
      one.verifier(verifier);
    }
    if (timeout != null) {
      one.timeout(timeout);
    }
    return one.build();
  }

  Consumer<ScrubReport.Checked> listener() {
    return listener;
  }

  BackupProgress progress() {
    return progress;
  }

  /** Sets a request up. For one thread. */
  public static final class Builder {
    private final String project;
    private DailyShare share = DailyShare.ALL;
    private int maxUnreadable = 3;
    private @Nullable BackupVerifier verifier;
    private @Nullable Duration timeout;
    private Consumer<ScrubReport.Checked> listener = one -> {};
    private BackupProgress progress = BackupProgress.NONE;

    private Builder(String project) {
      this.project = project.isEmpty() ? project : BackupKey.requireProject(project);
    }

    /**
     * Verifies only one part of the backups, a different one on each day of UTC, so that a daily
     * scrub verifies each backup once in that many days. Which day a backup has depends on its key
     * alone, so nothing is remembered between scrubs. By default 1: all backups each time.
     *
     * @param days 1 to 999
     * @return this
     * @throws IllegalArgumentException when the number is out of range
     */
    public Builder spreadOver(int days) {
      this.share = new DailyShare(days);
      return this;
    }

    /**
     * After how many backups in a row that the store cannot read the scrub stops. By default 3.
     *
     * @param backups 1 or more
     * @return this
     * @throws IllegalArgumentException when the number is less than 1
     */
    public Builder maxUnreadableInARow(int backups) {
      if (backups < 1) {
        throw new IllegalArgumentException("backups must be 1 or more, not " + backups);
      }
      this.maxUnreadable = backups;
      return this;
    }

    /**
     * How each backup is verified. By default with the service's verifier.
     *
     * @param verifier the verifier
     * @return this
     */
    public Builder verifier(BackupVerifier verifier) {
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      return this;
    }

    /**
     * How long each verification may take. By default the service's timeout.
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
     * What receives each result as soon as it is known. By default nothing; the report has them
     * all.
     *
     * @param listener called by the thread that scrubs; an exception ends the scrub
     * @return this
     */
    public Builder onChecked(Consumer<ScrubReport.Checked> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * What is informed of how many stored bytes have been checked: before the first backup and
     * after each one, by the thread that scrubs; an exception ends the scrub. By default nothing.
     *
     * @param progress receives the stored bytes checked so far and those of all backups selected
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
    public ScrubRequest build() {
      return new ScrubRequest(this);
    }
  }
}
