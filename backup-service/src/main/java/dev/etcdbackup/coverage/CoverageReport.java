package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * A report of the state of all projects at one time.
 *
 * <p>Immutable and thread-safe.
 *
 * @param at the time of the report
 * @param rows a row for each configured project, in the order of the configuration; then a row for
 *     each other project in the store, in the order of their names
 */
public record CoverageReport(Instant at, List<CoverageRow> rows) {
  /** Copies the list. */
  public CoverageReport {
    Objects.requireNonNull(at, "at");
    rows = List.copyOf(rows);
  }

  /**
   * Compares the configured projects with a listing. A pure function of its arguments; takes time
   * and memory proportional to their number.
   *
   * <p>An automated project is fresh when its newest backup is at most {@code maxAge} old, and
   * stale when it is older. A project without a backup is young until {@code since + maxAge} has
   * passed, and missing after that. Periodic backups and tarballs of any prefix are counted;
   * backups of kind other and those {@linkplain Backup#isDatedAhead dated in the future} are not.
   * Objects at the root of the store belong to no project and are ignored.
   *
   * @param projects the configured projects
   * @param backups the complete listing of the store, in any order
   * @param now the current time
   * @return the state of the projects
   * @throws IllegalArgumentException when a project is configured twice
   */
  public static CoverageReport of(
      Collection<CoveredProject> projects, Collection<Backup> backups, Instant now) {
    Map<String, Found> stored = new TreeMap<>(BackupName::compareUtf8);
    for (Backup backup : backups) {
      stored.computeIfAbsent(backup.key().project(), project -> new Found()).add(backup, now);
    }
    stored.remove("");
    List<CoverageRow> rows = new ArrayList<>();
    Set<String> configured = new HashSet<>();
    for (CoveredProject expected : projects) {
      if (!configured.add(expected.project())) {
        throw new IllegalArgumentException(
            "project '" + expected.project() + "' is configured twice");
      }
      Found found = stored.remove(expected.project());
      rows.add(row(expected, found == null ? new Found() : found, now));
    }
    stored.forEach((project, found) -> rows.add(unconfigured(project, found, now)));
    return new CoverageReport(now, rows);
  }

  private static CoverageRow row(CoveredProject expected, Found found, Instant now) {
    CoverageState state = state(expected, found, now);
    StringJoiner note = new StringJoiner("; ");
    switch (state) {
      case NOT_AUTOMATED -> addUnlessEmpty(note, expected.recovery());
      case STALE -> note.add("the next was due by " + found.newestTime().plus(expected.maxAge()));
      case MISSING -> note.add("no backup");
      case YOUNG ->
          note.add("the first is due by " + expected.since().orElseThrow().plus(expected.maxAge()));
      default -> {}
    }
    return found.row(expected.project(), state, note, now);
  }

  private static CoverageState state(CoveredProject expected, Found found, Instant now) {
    if (!expected.automated()) {
      return CoverageState.NOT_AUTOMATED;
    }
    Duration maxAge = expected.maxAge();
    if (found.newest.isPresent()) {
      boolean fresh = Duration.between(found.newestTime(), now).compareTo(maxAge) <= 0;
      return fresh ? CoverageState.FRESH : CoverageState.STALE;
    }
    boolean due =
        expected.since().map(since -> since.plus(maxAge).isBefore(now)).orElse(Boolean.TRUE);
    return due ? CoverageState.MISSING : CoverageState.YOUNG;
  }

  private static CoverageRow unconfigured(String project, Found found, Instant now) {
    StringJoiner note = new StringJoiner("; ");
    note.add(found.count == 1 ? "1 object" : found.count + " objects");
    return found.row(project, CoverageState.UNCONFIGURED, note, now);
  }

  private static void addUnlessEmpty(StringJoiner joiner, String text) {
    if (!text.isEmpty()) {
      joiner.add(text);
    }
  }

  /** The contents of the store for one project. */
  private static final class Found {
    private int count;
    private int ahead;
    private Optional<Backup> newest = Optional.empty();

    void add(Backup backup, Instant now) {
      count++;
      if (!backup.kind().hasSeries()) {
        return;
      }
      if (backup.isDatedAhead(now)) {
        ahead++;
      } else if (newest.isEmpty() || Backup.OLDEST_FIRST.compare(newest.get(), backup) < 0) {
        newest = Optional.of(backup);
      }
    }

    Instant newestTime() {
      return time(newest.orElseThrow());
    }

    CoverageRow row(String project, CoverageState state, StringJoiner note, Instant now) {
      if (ahead > 0) {
        note.add(ahead + " dated more than an hour ahead, not counted");
      }
      Optional<Duration> age = newest.map(backup -> Duration.between(time(backup), now));
      return new CoverageRow(
          project,
          state,
          newest,
          age.map(value -> value.isNegative() ? Duration.ZERO : value),
          note.toString());
    }

    private static Instant time(Backup backup) {
      return backup.time().orElseThrow();
    }
  }
}
