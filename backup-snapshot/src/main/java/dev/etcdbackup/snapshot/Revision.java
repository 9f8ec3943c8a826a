package dev.etcdbackup.snapshot;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Which revision of etcd's store a call reads: the latest one of a snapshot or a member, or a
 * certain one.
 *
 * <p>Immutable and thread-safe.
 */
public final class Revision {
  /** The latest revision. */
  public static final Revision LATEST = new Revision(0);

  private final long number; // 0: the latest, as in etcd's requests

  private Revision(long number) {
    this.number = number;
  }

  /**
   * A certain revision.
   *
   * @param number the revision, 1 or more
   * @return the revision
   * @throws IllegalArgumentException when the number is less than 1
   */
  public static Revision of(long number) {
    if (number < 1) {
      throw new IllegalArgumentException("revision must be 1 or more, not " + number);
    }
    return new Revision(number);
  }

  /**
   * The number of the revision.
   *
   * @return the number, 1 or more; empty for {@link #LATEST}
   */
  public OptionalLong number() {
    return number == 0 ? OptionalLong.empty() : OptionalLong.of(number);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Revision that && number == that.number;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(number);
  }

  /** The number, or {@code latest}. */
  @Override
  public String toString() {
    return number == 0 ? "latest" : Long.toString(number);
  }
}
