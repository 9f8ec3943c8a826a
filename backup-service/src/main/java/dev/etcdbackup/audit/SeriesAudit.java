package dev.etcdbackup.audit;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.audit.AuditedSeries.Gap;
import dev.etcdbackup.catalogue.ForeignBackup.TimeSource;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.page.Html;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Derives the findings about one series. */
final class SeriesAudit {
  private static final Duration DAY = Duration.ofDays(1);
  private static final int DAYS = 14;

  private final SeriesContents contents;
  private final Instant now;
  private final List<AuditedBackup> newestFirst;
  private final List<AuditedBackup> examined;
  private final List<AuditFinding> findings = new ArrayList<>();

  /** Takes the contents, and what was read by the index from the newest. */
  SeriesAudit(SeriesContents contents, Map<Integer, AuditedBackup> read, Instant now) {
    this.contents = contents;
    this.now = now;
    this.newestFirst = new ArrayList<>(contents.newestFirst());
    read.forEach(newestFirst::set);
    this.examined = newestFirst.stream().filter(AuditedBackup::isExamined).toList();
  }

  AuditedSeries result() {
    int index = contents.newestIndex(now);
    List<AuditedBackup> counted =
        index < 0 ? List.of() : newestFirst.subList(index, newestFirst.size());
    Optional<AuditedBackup> newest = counted.stream().findFirst();
    Rhythm rhythm = Rhythm.of(counted.stream().filter(SeriesAudit::isNamed).toList());
    int late = (int) counted.stream().filter(SeriesAudit::isLate).count();
    int duplicates = duplicates();
    results();
    stopped(rhythm, newest, late, counted.size());
    notes(rhythm, newest, late, duplicates, index < 0 ? newestFirst.size() : index);
    findings.sort(Comparator.comparing(AuditFinding::severity)); // stable
    return new AuditedSeries(
        contents.id().project(),
        contents.id().format(),
        contents.id().name(),
        newestFirst.size(),
        contents.further(),
        contents.bytes(),
        newestFirst.isEmpty()
            ? Optional.empty()
            : Optional.of(newestFirst.get(newestFirst.size() - 1).time()),
        newest,
        rhythm.interval(),
        rhythm.gaps(),
        duplicates,
        late,
        examined,
        days(counted),
        findings);
  }

  private static boolean isNamed(AuditedBackup one) {
    return one.timeSource() == TimeSource.NAME;
  }

  private static boolean isLate(AuditedBackup one) {
    return one.timeSource() == TimeSource.NAME && one.uploadedLate().compareTo(DAY) > 0;
  }

  /** What reading found. Of names that nothing recognises it is not known that they are backups. */
  private void results() {
    boolean isOther = contents.id().format().equals(SeriesContents.OTHER);
    int bad = 0;
    String first = "";
    String unknown = "";
    for (AuditedBackup one : examined) {
      if (one.unreadable().isPresent()) {
        problem(one.key() + " cannot be read: " + one.unreadable().get());
        continue;
      }
      Inspection found = one.inspection().orElseThrow();
      String reason = found.problems().isEmpty() ? "" : found.problems().get(0);
      if (found.outcome() == Outcome.NOT_VERIFIED) {
        unknown = unknown.isEmpty() ? reason : unknown;
      } else if (!found.ok() && isOther && found.outcome() == Outcome.NO_SNAPSHOT) {
        note(one.key() + " is not a snapshot: " + reason);
      } else if (!found.ok()) {
        bad++;
        first = first.isEmpty() ? one.key() + ": " + reason : first;
      }
    }
    if (bad > 0) {
      problem(
          bad + " of " + examined.size() + " read " + (bad == 1 ? "is" : "are") + " bad; " + first);
    }
    if (!unknown.isEmpty()) {
      note("not verified: " + unknown);
    }
    long empty = newestFirst.stream().filter(one -> one.backup().stored().size() == 0).count();
    if (empty > 0 && !isOther) {
      problem(Html.count(empty, "backup") + (empty == 1 ? " is" : " are") + " empty");
    }
  }

  /** The other tool's check by the time of upload does not notice this. */
  private void stopped(Rhythm rhythm, Optional<AuditedBackup> newest, int late, int of) {
    if (rhythm.interval().isEmpty() || newest.isEmpty()) {
      return;
    }
    Duration interval = rhythm.interval().get();
    Duration age = Duration.between(newest.get().time(), now);
    Duration allowed = interval.multipliedBy(2).plus(Duration.ofHours(1));
    if (age.compareTo(allowed) <= 0) {
      return;
    }
    problem(
        "no backup for "
            + DurationText.format(age)
            + "; before, one every "
            + DurationText.format(interval));
    Instant received =
        newestFirst.stream()
            .map(one -> one.backup().stored().lastModified())
            .max(Comparator.naturalOrder())
            .orElse(Instant.MIN);
    if (late > 0 && Duration.between(received, now).compareTo(allowed) <= 0) {
      problem(
          "the store received "
              + late
              + " of "
              + of
              + " more than a day after the time in their names: old files that are uploaded again"
              + " look fresh by their upload time");
    }
  }

  private void notes(
      Rhythm rhythm, Optional<AuditedBackup> newest, int late, int duplicates, int ahead) {
    if (ahead > 0) {
      note(Html.count(ahead, "backup") + " dated more than an hour ahead, not counted");
    }
    if (!rhythm.gaps().isEmpty()) {
      Gap longest = rhythm.longest();
      note(
          Html.count(rhythm.gaps().size(), "gap")
              + ", the longest "
              + DurationText.format(Duration.between(longest.from(), longest.to()))
              + " from "
              + longest.from());
    }
    if (late > 0
        && findings.stream().noneMatch(one -> one.text().startsWith("the store received"))) {
      note(late + " uploaded more than a day after the time in the name");
    }
    if (duplicates > 0) {
      note(Html.count(duplicates, "duplicate") + " of the same content");
    }
    newest.ifPresent(this::shrunk);
    long lacking = contents.withoutMetadata();
    if (lacking > 0) {
      note(lacking + " without _etcd_backup.meta, which etcd-manager ignores");
    }
    if (contents.id().format().equals(SeriesContents.OTHER)) {
      note("no format recognises these names; they are never pruned");
    }
  }

  private void shrunk(AuditedBackup newest) {
    List<Long> sizes =
        newestFirst.stream()
            .filter(one -> one.encodings().equals(newest.encodings()) && !one.equals(newest))
            .limit(20)
            .map(AuditedBackup::backup)
            .map(one -> one.stored().size())
            .sorted()
            .toList();
    if (sizes.size() < 3 || contents.id().format().equals(SeriesContents.OTHER)) {
      return;
    }
    long usual = sizes.get(sizes.size() / 2);
    long size = newest.backup().stored().size();
    if (size > 0 && size < usual / 2) {
      note("the newest has " + Html.bytes(size) + ", those before it usually " + Html.bytes(usual));
    }
  }

  /** Snapshots with the size and version of another: an ETag is that of the content. */
  private int duplicates() {
    Set<String> seen = new HashSet<>();
    int duplicates = 0;
    for (AuditedBackup one : newestFirst) {
      Backup backup = one.backup();
      String version = backup.stored().version();
      if (!version.isEmpty() && !seen.add(version + ' ' + backup.stored().size())) {
        duplicates++;
      }
    }
    return duplicates;
  }

  private Map<LocalDate, Integer> days(List<AuditedBackup> counted) {
    LocalDate first = day(now).minusDays(DAYS - 1L);
    Map<LocalDate, Integer> days = new HashMap<>();
    for (AuditedBackup one : counted) {
      LocalDate day = day(one.time());
      if (day.isBefore(first)) {
        break; // newest first
      }
      days.merge(day, 1, Integer::sum);
    }
    return days;
  }

  static LocalDate day(Instant time) {
    return time.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  private void problem(String text) {
    findings.add(AuditFinding.problem(text));
  }

  private void note(String text) {
    findings.add(AuditFinding.note(text));
  }

  /** How often backups were taken: the usual interval, and where it was exceeded. */
  record Rhythm(Optional<Duration> interval, List<Gap> gaps) {
    private static final int WINDOW = 5;
    private static final int RECENT = 10;

    static Rhythm of(List<AuditedBackup> newestFirst) {
      List<Instant> times = // copies in several encodings have one time
          newestFirst.stream().map(AuditedBackup::time).sorted().distinct().toList();
      List<Duration> steps = new ArrayList<>();
      for (int i = 1; i < times.size(); i++) {
        steps.add(Duration.between(times.get(i - 1), times.get(i)));
      }
      return new Rhythm(usual(steps), gaps(times, steps));
    }

    /** The median of the newest steps, when at least half of them are near it. */
    private static Optional<Duration> usual(List<Duration> steps) {
      List<Duration> recent = steps.subList(Math.max(0, steps.size() - RECENT), steps.size());
      if (recent.size() < 3) {
        return Optional.empty();
      }
      Duration median = median(recent);
      long near =
          recent.stream()
              .filter(one -> one.multipliedBy(2).compareTo(median) >= 0)
              .filter(one -> one.compareTo(median.multipliedBy(2)) <= 0)
              .count();
      return near * 2 >= recent.size() ? Optional.of(median) : Optional.empty();
    }

    /**
     * A gap is longer than 2.5 times the median of the five steps before it. Retention thins out
     * old backups, so steps are expected to become shorter and not longer.
     */
    private static List<Gap> gaps(List<Instant> times, List<Duration> steps) {
      List<Gap> gaps = new ArrayList<>();
      for (int i = 3; i < steps.size(); i++) {
        Duration before = median(steps.subList(Math.max(0, i - WINDOW), i));
        if (steps.get(i).multipliedBy(2).compareTo(before.multipliedBy(5)) > 0) {
          gaps.add(new Gap(times.get(i), times.get(i + 1)));
        }
      }
      return gaps;
    }

    private static Duration median(List<Duration> steps) {
      return steps.stream().sorted().toList().get(steps.size() / 2);
    }

    Gap longest() {
      @Nullable Gap longest = null;
      for (Gap gap : gaps) {
        if (longest == null || length(gap).compareTo(length(longest)) > 0) {
          longest = gap;
        }
      }
      if (longest == null) {
        throw new IllegalStateException("there is no gap");
      }
      return longest;
    }

    private static Duration length(Gap gap) {
      return Duration.between(gap.from(), gap.to());
    }
  }
}
