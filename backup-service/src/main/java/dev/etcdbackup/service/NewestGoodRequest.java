package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A request to search for the newest good backup of a project, with its options.
 *
 * <p>Immutable, and as thread-safe as the listener in it.
 */
public final class NewestGoodRequest {
  private final String project;
  private final boolean manual;
  private final int unreadable;
  private final Consumer<NewestGood.PassedOver> listener;

  private NewestGoodRequest(Builder builder) {
    this.project = builder.project;
    this.manual = builder.manual;
    this.unreadable = builder.unreadable;
    this.listener = builder.listener;
  }

  /**
   * Returns a builder of a request.
   *
   * @param project the project
   * @return a builder with the defaults
   * @throws IllegalArgumentException when the project cannot be part of a key
   */
  public static Builder builder(String project) {
    return new Builder(project);
  }

  String project() {
    return project;
  }

  boolean manual() {
    return manual;
  }

  int unreadable() {
    return unreadable;
  }

  Consumer<NewestGood.PassedOver> listener() {
    return listener;
  }

  /** A builder of a request. Not thread-safe. */
  public static final class Builder {
    private final String project;
    private boolean manual;
    private int unreadable;
    private Consumer<NewestGood.PassedOver> listener = one -> {};

    private Builder(String project) {
      this.project = BackupKey.requireProject(project);
    }

    /**
     * Includes the backups of kind other. They are read after all periodic backups and tarballs,
     * from the one that the store received last back. Default: they are not included.
     *
     * @return this
     */
    public Builder includeManual() {
      this.manual = true;
      return this;
    }

    /**
     * Sets how many backups that the store cannot read are skipped. Default: 0; the first
     * unreadable backup ends the search with its exception. When no backup is good, the exception
     * of the first unreadable backup is thrown in any case.
     *
     * @param unreadable 0 or more
     * @return this
     * @throws IllegalArgumentException when the number is negative
     */
    public Builder unreadable(int unreadable) {
      if (unreadable < 0) {
        throw new IllegalArgumentException("unreadable must be 0 or more, not " + unreadable);
      }
      this.unreadable = unreadable;
      return this;
    }

    /**
     * Sets the listener that receives each skipped backup as soon as it was read. Default: none;
     * the result contains all of them.
     *
     * @param listener called on the thread that searches; an exception ends the search
     * @return this
     */
    public Builder onPassedOver(Consumer<NewestGood.PassedOver> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Builds the request.
     *
     * @return the request
     */
    public NewestGoodRequest build() {
      return new NewestGoodRequest(this);
    }
  }
}
