package dev.etcdbackup.restore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The state to restore: as of a revision, or as of a time.
 *
 * <p>Immutable and thread-safe.
 */
public final class PointInTime {
  private final long revision; // 0: none
  private final @Nullable Instant time;

  private PointInTime(long revision, @Nullable Instant time) {
    this.revision = revision;
    this.time = time;
  }

  /**
   * The state as of a revision.
   *
   * @param revision the revision, 1 or more
   * @return the point
   * @throws IllegalArgumentException when it is less than 1
   */
  public static PointInTime revision(long revision) {
    if (revision < 1) {
      throw new IllegalArgumentException("revision must be 1 or more, not " + revision);
    }
    return new PointInTime(revision, null);
  }

  /**
   * The state as of a time: without what the recorder received later. Recorders note the time once
   * in a second, at its first event, so further events of the second of that note are included, up
   * to one second after the time that is asked for.
   *
   * @param time the time, by the clock of the recorder
   * @return the point
   */
  public static PointInTime time(Instant time) {
    return new PointInTime(0, Objects.requireNonNull(time, "time"));
  }

  /**
   * The latest state that was recorded.
   *
   * @return the point
   */
  public static PointInTime latest() {
    return new PointInTime(0, Instant.MAX);
  }

  /**
   * The revision.
   *
   * @return the revision; empty for a time
   */
  public OptionalLong revision() {
    return revision == 0 ? OptionalLong.empty() : OptionalLong.of(revision);
  }

  /**
   * The time.
   *
   * @return the time; empty for a revision
   */
  public Optional<Instant> time() {
    return Optional.ofNullable(time);
  }

  /** Whether this is whatever was recorded last. */
  boolean isLatest() {
    return Instant.MAX.equals(time);
  }

  /** Whether a revision that was received at some time comes after this point. */
  boolean isBefore(long next, Optional<Instant> received) {
    return time == null ? next > revision : received.isPresent() && received.get().isAfter(time);
  }

  /** For messages. */
  @Override
  public String toString() {
    if (time == null) {
      return "revision " + revision;
    }
    return isLatest() ? "the latest revision" : time.toString();
  }
}
