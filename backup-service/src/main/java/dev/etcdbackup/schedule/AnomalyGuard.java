package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Series;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Detects backups that may be of a wiped or replaced cluster, so that the scheduler does not prune
 * the good backups before them. A backup is suspicious when it
 *
 * <ul>
 *   <li>has less than half the median size of those of the 7 backups before it in its series that
 *       have the same encodings;
 *   <li>has a lower revision in its name than the backup before it;
 *   <li>is of another etcd cluster than the backup before it.
 * </ul>
 *
 * <p>While a series has a suspicious backup that was not accepted, the scheduler continues to take
 * backups and does not prune the series. Accepting a backup also accepts the older ones of its
 * series; later backups are compared with the accepted one.
 *
 * <p>The result follows from a listing, so it survives restarts and is the same in every replica.
 * Sizes, revisions and times are those of the listed backups. Two facts that a backup does not
 * contain are stored as small objects, called marks, below {@code PROJECT/.etcd-backup/}: the time
 * from which the backups are of a certain cluster, which the scheduler writes when the cluster
 * changes and the source knows its id, and the acceptances. Marks are not backups: only {@link
 * #marks} lists them, and they are never pruned. Deleting them loses the comparison by cluster or
 * the acceptance.
 *
 * <p>Immutable and thread-safe.
 */
public final class AnomalyGuard {
  private static final int COMPARED = 7;

  private final BackupStore store;
  private final ZoneId tarballZone;

  private AnomalyGuard(BackupStore store, ZoneId tarballZone) {
    this.store = Objects.requireNonNull(store, "store");
    this.tarballZone = Objects.requireNonNull(tarballZone, "tarballZone");
  }

  /**
   * Creates the guard of a store.
   *
   * @param store the store; remains the caller's
   * @param tarballZone the time zone in which the times in the names of tarballs are read, usually
   *     UTC
   * @return the guard
   */
  public static AnomalyGuard of(BackupStore store, ZoneId tarballZone) {
    return new AnomalyGuard(store, tarballZone);
  }

  /**
   * Finds the suspicious backups that were not accepted. A pure function of its arguments; takes
   * time proportional to the size of the listing for each series in it. Ignores backups that are
   * {@linkplain Backup#isDatedAhead dated in the future}.
   *
   * @param backups the complete listing of one or more projects, in any order, with the {@link
   *     #marks} of each
   * @param now the current time
   * @return the suspicious backups with the reasons, ordered by series (project, then kind, then
   *     prefix) and in each from the oldest to the newest
   */
  public static List<Anomaly> anomalies(List<Backup> backups, Instant now) {
    Objects.requireNonNull(now, "now");
    Comparator<Series> order =
        Comparator.comparing(Series::project, BackupName::compareUtf8)
            .thenComparing(Series::kind)
            .thenComparing(Series::prefix);
    Map<Series, List<Backup>> bySeries = new TreeMap<>(order);
    Map<String, List<Backup>> byProject = new TreeMap<>();
    for (Backup backup : backups) {
      byProject.computeIfAbsent(backup.key().project(), first -> new ArrayList<>()).add(backup);
      backup.series().ifPresent(s -> bySeries.computeIfAbsent(s, first -> new ArrayList<>()));
    }
    List<Anomaly> all = new ArrayList<>();
    for (Series series : bySeries.keySet()) {
      all.addAll(inspect(Objects.requireNonNull(byProject.get(series.project())), series, now));
    }
    return List.copyOf(all);
  }

  /**
   * Lists the marks of a project: from when its backups are of which cluster, and which were
   * accepted. What else this library keeps beside the backups is in the listing too, and {@link
   * #anomalies} ignores it. Makes one listing.
   *
   * @param project the project
   * @return the marks, which are of kind other, in the order of their keys
   * @throws StoreException when the listing is incomplete
   */
  public List<Backup> marks(String project) throws BackupException {
    Objects.requireNonNull(project, "project");
    return store.list(project + '/' + BackupKey.RESERVED).stream()
        .map(stored -> Backup.of(stored, tarballZone))
        .toList();
  }

  /**
   * Accepts a backup and the older ones of its series. Makes a look-up and a put.
   *
   * @param key the backup
   * @throws IllegalArgumentException when the backup is of kind changes or other, which belong to
   *     no series
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed
   */
  public void accept(BackupKey key) throws BackupException {
    Backup backup =
        store
            .find(key)
            .map(found -> Backup.of(found, tarballZone))
            .orElseThrow(() -> new BackupNotFoundException(key));
    Series series =
        backup
            .series()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        key + " is neither a periodic backup nor a tarball: nothing to accept"));
    GuardMark.ofAcceptance(backup.time().orElseThrow()).put(store, series);
  }

  /** Returns the suspicious backups of one series, from the oldest to the newest. */
  static List<Anomaly> inspect(List<Backup> listing, Series series, Instant now) {
    List<GuardMark> marks =
        listing.stream().flatMap(one -> GuardMark.of(one, series).stream()).toList();
    Instant accepted =
        marks.stream()
            .filter(mark -> mark.clusterId().isEmpty())
            .map(GuardMark::time)
            .max(Comparator.naturalOrder())
            .orElse(Instant.MIN);
    List<Backup> compared = sinceAccepted(listing, series, accepted, now);
    Map<BackupKey, List<String>> reasons = new TreeMap<>();
    for (int i = 1; i < compared.size(); i++) {
      List<String> found = compare(compared.subList(Math.max(0, i - COMPARED), i), compared.get(i));
      if (!found.isEmpty()) {
        reasons.put(compared.get(i).key(), found);
      }
    }
    addChangesOfCluster(marks, accepted, compared, reasons);
    return compared.stream()
        .filter(one -> reasons.containsKey(one.key()))
        .map(one -> new Anomaly(one.key(), Objects.requireNonNull(reasons.get(one.key()))))
        .toList();
  }

  /**
   * Writes a mark with the cluster of a backup, when it is another one than that of the backup
   * before it.
   *
   * @param clusterId etcd's cluster id, 0 when unknown
   * @return the mark that was written, if any
   */
  Optional<GuardMark> noteCluster(Backup taken, long clusterId, List<Backup> listing)
      throws BackupException {
    Series series = taken.series().orElseThrow();
    GuardMark mark = GuardMark.ofCluster(taken.time().orElseThrow(), clusterId);
    Optional<String> last =
        listing.stream()
            .flatMap(one -> GuardMark.of(one, series).stream())
            .filter(one -> one.clusterId().isPresent() && !one.time().isAfter(mark.time()))
            .max(Comparator.comparing(GuardMark::time))
            .flatMap(GuardMark::clusterId);
    if (clusterId == 0 || last.equals(mark.clusterId())) {
      return Optional.empty();
    }
    mark.put(store, series);
    return Optional.of(mark);
  }

  /** Returns the newest accepted backup and all that are newer, from the oldest to the newest. */
  private static List<Backup> sinceAccepted(
      List<Backup> listing, Series series, Instant accepted, Instant now) {
    List<Backup> all =
        listing.stream()
            .filter(one -> one.series().equals(Optional.of(series)) && !one.isDatedAhead(now))
            .sorted(Backup.OLDEST_FIRST)
            .toList();
    int first = 0;
    while (first + 1 < all.size() && !isAfter(all.get(first + 1), accepted)) {
      first++;
    }
    return all.subList(first, all.size());
  }

  private static List<String> compare(List<Backup> before, Backup backup) {
    List<String> found = new ArrayList<>();
    List<String> encodings = backup.name().encodings();
    double[] sizes =
        before.stream()
            .filter(one -> one.name().encodings().equals(encodings))
            .mapToDouble(one -> one.stored().size())
            .sorted()
            .toArray();
    double median =
        sizes.length == 0 ? 0 : (sizes[(sizes.length - 1) / 2] + sizes[sizes.length / 2]) / 2;
    if (backup.stored().size() * 2.0 < median) {
      found.add(
          String.format(
              Locale.ROOT,
              "has %d bytes, less than half of %.0f, the median of the %d before it",
              backup.stored().size(),
              median,
              sizes.length));
    }
    OptionalLong revision = backup.name().revision();
    OptionalLong earlier = before.get(before.size() - 1).name().revision();
    if (revision.isPresent() && earlier.isPresent() && revision.getAsLong() < earlier.getAsLong()) {
      found.add(
          "has revision " + revision.getAsLong() + ", the one before it " + earlier.getAsLong());
    }
    return found;
  }

  private static void addChangesOfCluster(
      List<GuardMark> marks,
      Instant accepted,
      List<Backup> compared,
      Map<BackupKey, List<String>> reasons) {
    List<GuardMark> clusters =
        marks.stream()
            .filter(mark -> mark.clusterId().isPresent())
            .sorted(Comparator.comparing(GuardMark::time))
            .toList();
    for (int i = 1; i < clusters.size(); i++) {
      GuardMark mark = clusters.get(i);
      String before = clusters.get(i - 1).clusterId().orElseThrow();
      String after = mark.clusterId().orElseThrow();
      if (!mark.time().isAfter(accepted) || before.equals(after)) {
        continue;
      }
      compared.stream()
          .filter(one -> !one.time().orElseThrow().isBefore(mark.time()))
          .findFirst()
          .ifPresent(
              one ->
                  reasons
                      .computeIfAbsent(one.key(), first -> new ArrayList<>())
                      .add("is of etcd cluster " + after + ", the ones before it of " + before));
    }
  }

  private static boolean isAfter(Backup backup, Instant time) {
    return backup.time().orElseThrow().isAfter(time);
  }
}
