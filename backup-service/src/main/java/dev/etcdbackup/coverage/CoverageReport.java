package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.page.Html;
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
  private static final Duration UNKNOWN_INTERVAL = Duration.ofHours(25);

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
    return of(projects, backups, Catalogue.utc(), now);
  }

  /**
   * Compares the configured projects with a listing, as above, and recognises the backups of other
   * tools with a catalogue. A project of which this library has no backup is covered by others when
   * their newest snapshot is at most {@code maxAge} old, or 25 hours for a project that is not
   * configured.
   *
   * @param projects the configured projects
   * @param backups the complete listing of the store, in any order
   * @param catalogue recognises the names of other tools
   * @param now the current time
   * @return the state of the projects
   * @throws IllegalArgumentException when a project is configured twice
   */
  public static CoverageReport of(
      Collection<CoveredProject> projects,
      Collection<Backup> backups,
      Catalogue catalogue,
      Instant now) {
    Objects.requireNonNull(catalogue, "catalogue");
    Map<String, Found> stored = new TreeMap<>(BackupName::compareUtf8);
    for (Backup backup : backups) {
      stored
          .computeIfAbsent(backup.key().project(), project -> new Found())
          .add(backup, catalogue, now);
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
    if (found.coveredByOthers(maxAge, now)) {
      return CoverageState.COVERED_BY_OTHERS;
    }
    boolean due =
        expected.since().map(since -> since.plus(maxAge).isBefore(now)).orElse(Boolean.TRUE);
    return due ? CoverageState.MISSING : CoverageState.YOUNG;
  }

  private static CoverageRow unconfigured(String project, Found found, Instant now) {
    StringJoiner note = new StringJoiner("; ");
    note.add(Counted.of(found.count, "object"));
    boolean covered = found.newest.isEmpty() && found.coveredByOthers(UNKNOWN_INTERVAL, now);
    return found.row(
        project, covered ? CoverageState.COVERED_BY_OTHERS : CoverageState.UNCONFIGURED, note, now);
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
    private Optional<ForeignBackup> newestOfOthers = Optional.empty();

    void add(Backup backup, Catalogue catalogue, Instant now) {
      count++;
      if (!backup.kind().hasSeries()) {
        catalogue.find(backup).ifPresent(other -> add(other, now));
        return;
      }
      if (backup.isDatedAhead(now)) {
        ahead++;
      } else if (newest.isEmpty() || Backup.OLDEST_FIRST.compare(newest.get(), backup) < 0) {
        newest = Optional.of(backup);
      }
    }

    private void add(ForeignBackup other, Instant now) {
      if (other.isSnapshot()
          && !other.isDatedAhead(now)
          && (newestOfOthers.isEmpty()
              || ForeignBackup.OLDEST_FIRST.compare(newestOfOthers.get(), other) < 0)) {
        newestOfOthers = Optional.of(other);
      }
    }

    boolean coveredByOthers(Duration maxAge, Instant now) {
      return newestOfOthers
          .filter(other -> Duration.between(other.time(), now).compareTo(maxAge) <= 0)
          .isPresent();
    }

    Instant newestTime() {
      return time(newest.orElseThrow());
    }

    CoverageRow row(String project, CoverageState state, StringJoiner note, Instant now) {
      if (ahead > 0) {
        note.add(ahead + " dated more than an hour ahead, not counted");
      }
      if (state != CoverageState.FRESH) {
        newestOfOthers.ifPresent(
            other -> note.add(other.format() + ": " + Html.ago(other.time(), now)));
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
