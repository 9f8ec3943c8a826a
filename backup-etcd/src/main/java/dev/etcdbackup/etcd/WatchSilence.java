package dev.etcdbackup.etcd;

/**
 * Tells a watch that delivers nothing although there is something to deliver from one that has
 * nothing to deliver. The time counts from when the member was first found ahead of the watch, not
 * from the last answer, for a cluster may be idle for hours. All times are of {@link
 * System#nanoTime}. Not safe for use by several threads.
 */
final class WatchSilence {
  private final long limitNanos;
  private long behindSince;
  private boolean behind;

  WatchSilence(long limitNanos) {
    this.limitNanos = limitNanos;
  }

  /** Notes that the watch answered. */
  void answered() {
    behind = false;
  }

  /**
   * Notes whether the member is at a later revision than the watch, or has no leader.
   *
   * @return whether that was so for longer than the limit without any answer
   */
  boolean isSilent(boolean memberIsAhead, long now) {
    if (!memberIsAhead) {
      behind = false;
    } else if (!behind) {
      behind = true;
      behindSince = now;
    }
    return behind && now - behindSince > limitNanos;
  }
}
