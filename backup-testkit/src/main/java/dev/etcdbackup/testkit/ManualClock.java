package dev.etcdbackup.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until the test moves it. Thread-safe. */
public final class ManualClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /**
   * A clock that stands.
   *
   * @param now what it shows
   */
  public ManualClock(Instant now) {
    this.now = new AtomicReference<>(Objects.requireNonNull(now, "now"));
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /**
   * Moves the clock by some time.
   *
   * @param time how far; back when it is negative, as clocks that are put right do
   * @return what it shows then
   */
  public Instant pass(Duration time) {
    return now.updateAndGet(before -> before.plus(time));
  }

  /**
   * Puts the clock.
   *
   * @param time what it shows from now on
   */
  public void set(Instant time) {
    now.set(Objects.requireNonNull(time, "time"));
  }

  /** What it shows. */
  @Override
  public String toString() {
    return now.get().toString();
  }
}
