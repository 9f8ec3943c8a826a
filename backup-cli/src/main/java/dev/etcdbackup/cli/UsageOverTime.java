package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.SpaceUsage;
import dev.etcdbackup.snapshot.UsageOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the databases of a project's backups grew. */
final class UsageOverTime {
  private final EtcdBackupCommand root;
  private final String project;
  private final UsageOptions options;
  private final int top;

  UsageOverTime(EtcdBackupCommand root, String project, UsageOptions options, int top) {
    this.root = root;
    this.project = project;
    this.options = options;
    this.top = top;
  }

  /** A backup as {@code -o json} shows it; events are extrapolated in large databases. */
  record PointJson(
      String key,
      String time,
      long revision,
      long compactRevision,
      long databaseSize,
      long events,
      boolean exact,
      long leases) {
    static PointJson of(Backup backup, SnapshotMetadata metadata) {
      return new PointJson(
          backup.key().toString(),
          ProjectSnapshots.time(backup).toString(),
          metadata.revision(),
          metadata.compactRevision(),
          metadata.databaseSize(),
          metadata.events().count(),
          metadata.events().exact(),
          metadata.leases().count());
    }
  }

  /** How a prefix grew, from the first backup to the last, as {@code -o json} shows it. */
  record TrendJson(String prefix, long firstBytes, long lastBytes) {
    long growth() {
      return lastBytes - firstBytes;
    }
  }

  /** The document. */
  record OverTimeJson(String project, List<PointJson> backups, List<TrendJson> prefixes) {}

  int run() throws UsageException, IOException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      ProjectSnapshots snapshots = new ProjectSnapshots(root, open.store());
      List<PointJson> points = new ArrayList<>();
      List<Backup> good = new ArrayList<>();
      for (Backup backup : snapshots.oldestFirst(project)) {
        Optional<SnapshotMetadata> metadata =
            snapshots.read(backup, ReadOptions.Extent.FEW_PAGES, snapshot -> snapshot.metadata());
        if (metadata.isPresent()) {
          points.add(PointJson.of(backup, metadata.get()));
          good.add(backup);
        }
      }
      List<TrendJson> trends = good.size() < 2 ? List.of() : trends(snapshots, good);
      print(new OverTimeJson(project, points, trends));
      return points.isEmpty()
          ? snapshots.notFound(project, "no backup of " + project + " can be read")
          : snapshots.found();
    }
  }

  private List<TrendJson> trends(ProjectSnapshots snapshots, List<Backup> good) throws IOException {
    Map<String, Long> first = prefixes(snapshots, good.get(0));
    Map<String, Long> last = prefixes(snapshots, good.get(good.size() - 1));
    List<TrendJson> trends = new ArrayList<>();
    last.forEach(
        (prefix, bytes) ->
            trends.add(new TrendJson(prefix, first.getOrDefault(prefix, 0L), bytes)));
    first.forEach(
        (prefix, bytes) -> {
          if (!last.containsKey(prefix)) {
            trends.add(new TrendJson(prefix, bytes, 0));
          }
        });
    trends.sort(
        Comparator.comparingLong((TrendJson one) -> -Math.abs(one.growth()))
            .thenComparing(TrendJson::prefix));
    return List.copyOf(trends.subList(0, Math.min(top, trends.size())));
  }

  /** The bytes of live keys and history by prefix, as people read prefixes. */
  private Map<String, Long> prefixes(ProjectSnapshots snapshots, Backup backup) throws IOException {
    Map<String, Long> bytes = new HashMap<>();
    Optional<SpaceUsage> usage =
        snapshots.read(backup, ReadOptions.Extent.WHOLE, snapshot -> snapshot.usage(options));
    usage
        .map(SpaceUsage::prefixes)
        .orElse(List.of())
        .forEach(
            one ->
                bytes.merge(
                    SpaceUsageCommand.name(one),
                    one.live().bytes() + one.history().bytes(),
                    Long::sum));
    return bytes;
  }

  private void print(OverTimeJson document) {
    Output output = root.output();
    if (output.isJson()) {
      output.json(document);
      return;
    }
    for (PointJson one : document.backups()) {
      output.line(
          one.time()
              + " revision "
              + one.revision()
              + ", "
              + one.databaseSize()
              + " bytes, "
              + (one.exact() ? "" : "about ")
              + Counted.of(one.events(), "event")
              + ", "
              + Counted.of(one.leases(), "lease")
              + ", "
              + one.key());
    }
    for (TrendJson one : document.prefixes()) {
      output.line(
          "prefix "
              + one.prefix()
              + ": "
              + one.firstBytes()
              + " bytes, then "
              + one.lastBytes()
              + (one.growth() < 0 ? " (" : " (+")
              + one.growth()
              + ")");
    }
  }
}
