package dev.etcdbackup.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/** A clock that stands still until the test moves it. Thread-safe. */
public final class ManualClock implements InstantSource {
  private volatile Instant now;

  /**
   * A clock that stands.
   *
   * @param now what it shows
   */
  public ManualClock(Instant now) {
    this.now = Objects.requireNonNull(now, "now");
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Moves the clock by some time.
   *
   * @param time how far; back when it is negative, as clocks that are put right do
   * @return what it shows then
   */
  public synchronized Instant pass(Duration time) {
    Instant then = now.plus(time);
    now = then;
    return then;
  }

  /**
   * Puts the clock.
   *
   * @param time what it shows from now on
   */
  public synchronized void set(Instant time) {
    now = Objects.requireNonNull(time, "time");
  }

  /** What it shows. */
  @Override
  public String toString() {
    return now.toString();
  }
}
