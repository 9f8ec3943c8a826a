package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A policy that keeps what at least one of two policies keeps. */
record UnionPolicy(RetentionPolicy one, RetentionPolicy other) implements RetentionPolicy {
  UnionPolicy {
    Objects.requireNonNull(one, "one");
    Objects.requireNonNull(other, "other");
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>(one.keep(newestFirst, now));
    other
        .keep(newestFirst, now)
        .forEach((backup, reason) -> reasons.merge(backup, reason, (a, b) -> a + "; " + b));
    return reasons;
  }

  @Override
  public String toString() {
    return text(one) + " or " + text(other);
  }

  private static String text(RetentionPolicy part) {
    return part instanceof ChainedPolicy ? "(" + part + ")" : part.toString();
  }
}
