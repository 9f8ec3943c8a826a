package dev.etcdbackup.etcd;

import dev.etcdbackup.internal.DurationText;
import io.grpc.Deadline;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long one snapshot may take.
 *
 * @param deadline when it must have ended, slow readers included
 * @param timeout what the deadline was made of, for messages
 * @param noProgress how long a read may wait for a byte
 */
record CallDeadlines(Deadline deadline, Duration timeout, Duration noProgress) {
  static CallDeadlines from(Duration timeout, Duration noProgress) {
    return new CallDeadlines(
        Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS), timeout, noProgress);
  }

  /** The time left, for a step that may take at most so long; not less than nothing. */
  Duration atMost(Duration step) {
    Duration left = Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
    return left.compareTo(step) < 0 ? left : step;
  }

  /** What such a step may take when nothing comes before it, for messages. */
  Duration allowed(Duration step) {
    return timeout.compareTo(step) < 0 ? timeout : step;
  }

  /** What the status of a call under these limits means. */
  String explain(Status status) {
    return EtcdStatus.explain(
        status, "not at its end after " + text(timeout) + ", the whole time allowed");
  }

  /** A duration for people: {@code 1m30s}; to the millisecond. */
  static String text(Duration duration) {
    return DurationText.exact(duration);
  }
}
