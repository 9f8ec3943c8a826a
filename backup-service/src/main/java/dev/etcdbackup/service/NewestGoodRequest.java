package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A search for the newest good backup of a project, and the options.
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
   * Begins a request.
   *
   * @param project the whole project
   * @return a builder with every default set
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

  /** Sets a request up. For one thread. */
  public static final class Builder {
    private final String project;
    private boolean manual;
    private int unreadable;
    private Consumer<NewestGood.PassedOver> listener = one -> {};

    private Builder(String project) {
      this.project = BackupKey.requireProject(project);
    }

    /**
     * Reads, after all periodic backups and tarballs, the backups of kind other too, in the order
     * in which the store received them. By default they are left out.
     *
     * @return this
     */
    public Builder includeManual() {
      this.manual = true;
      return this;
    }

    /**
     * How many backups that the store cannot read are passed over. By default 0: the first one ends
     * the search with its exception. When no backup is good, the exception of the first unreadable
     * one is thrown all the same.
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
     * What is informed of each backup that is passed over, as soon as it was read. By default
     * nothing; the result has them all.
     *
     * @param listener called by the thread that searches
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
