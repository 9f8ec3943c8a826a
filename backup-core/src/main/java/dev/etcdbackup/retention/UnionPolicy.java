package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
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
    return either(one.keep(newestFirst, now), other.keep(newestFirst, now));
  }

  @Override
  public Map<Backup, String> keepInProject(Map<Series, List<Backup>> newestFirst, Instant now) {
    return either(one.keepInProject(newestFirst, now), other.keepInProject(newestFirst, now));
  }

  private static Map<Backup, String> either(Map<Backup, String> one, Map<Backup, String> other) {
    Map<Backup, String> reasons = new HashMap<>(one);
    other.forEach((backup, reason) -> reasons.merge(backup, reason, (a, b) -> a + "; " + b));
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
