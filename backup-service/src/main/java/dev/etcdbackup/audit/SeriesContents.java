package dev.etcdbackup.audit;

import dev.etcdbackup.Backup;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.catalogue.ForeignBackup.TimeSource;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The objects of one project, format and prefix in a listing. */
final class SeriesContents {
  static final String OTHER = "other";
  private static final Duration AHEAD = Duration.ofHours(1);

  /** What distinguishes a series. */
  record Id(String project, String format, String name) implements Comparable<Id> {
    private static final Comparator<Id> ORDER =
        Comparator.comparing(Id::project, BackupName::compareUtf8)
            .thenComparing(Id::format)
            .thenComparing(Id::name, BackupName::compareUtf8);

    @Override
    public int compareTo(Id other) {
      return ORDER.compare(this, other);
    }
  }

  private final Id id;
  private final List<AuditedBackup> snapshots = new ArrayList<>();
  private final Set<String> snapshotGroups = new HashSet<>();
  private final Set<String> companionGroups = new HashSet<>();
  private int further;
  private long bytes;

  private SeriesContents(Id id) {
    this.id = id;
  }

  /** Groups a listing; the series are in order. */
  static List<SeriesContents> of(Collection<Backup> listing, Catalogue catalogue) {
    Map<Id, SeriesContents> series = new TreeMap<>();
    for (Backup backup : listing) {
      Optional<ForeignBackup> foreign = catalogue.find(backup);
      Id id = foreign.map(SeriesContents::idOf).orElseGet(() -> idOf(backup));
      SeriesContents contents = series.computeIfAbsent(id, SeriesContents::new);
      contents.bytes += backup.stored().size();
      if (foreign.isPresent()) {
        contents.add(foreign.get());
      } else {
        contents.addOwn(backup);
      }
    }
    series.values().forEach(one -> one.snapshots.sort(AuditedBackup.OLDEST_FIRST.reversed()));
    return List.copyOf(series.values());
  }

  private static Id idOf(ForeignBackup one) {
    return new Id(one.key().project(), one.format().label(), one.series());
  }

  private static Id idOf(Backup one) {
    return new Id(
        one.key().project(), one.kind().name().toLowerCase(Locale.ROOT), one.name().prefix());
  }

  private void add(ForeignBackup one) {
    if (one.isSnapshot()) {
      snapshotGroups.add(one.group());
      snapshots.add(
          new AuditedBackup(
              one.backup(),
              one.time(),
              one.timeSource(),
              one.encodings(),
              Optional.empty(),
              Optional.empty()));
    } else {
      companionGroups.add(one.group());
      further++;
    }
  }

  private void addOwn(Backup one) {
    boolean isSnapshot = one.kind().hasSeries() || one.kind() == BackupKind.OTHER;
    if (!isSnapshot) {
      further++;
      return;
    }
    Optional<Instant> named = one.time();
    snapshots.add(
        new AuditedBackup(
            one,
            named.orElse(one.stored().lastModified()),
            named.isPresent() ? TimeSource.NAME : TimeSource.LAST_MODIFIED,
            one.name().encodings().stream().map(suffix -> suffix.substring(1)).toList(),
            Optional.empty(),
            Optional.empty()));
  }

  Id id() {
    return id;
  }

  List<AuditedBackup> newestFirst() {
    return snapshots;
  }

  /** The index of the newest that is not dated more than an hour ahead; -1 when there is none. */
  int newestIndex(Instant now) {
    for (int i = 0; i < snapshots.size(); i++) {
      if (Duration.between(now, snapshots.get(i).time()).compareTo(AHEAD) <= 0) {
        return i;
      }
    }
    return -1;
  }

  int further() {
    return further;
  }

  long bytes() {
    return bytes;
  }

  /** How many snapshots of etcd-manager lack their metadata, without which it ignores them. */
  long withoutMetadata() {
    return id.format().equals("etcd-manager")
        ? snapshotGroups.stream().filter(group -> !companionGroups.contains(group)).count()
        : 0;
  }
}
