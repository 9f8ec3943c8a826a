package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.Backup;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyTimeline;
import dev.etcdbackup.snapshot.KeyValue;
import dev.etcdbackup.snapshot.ReadOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history}. */
@Command(
    name = "history",
    description =
        "Shows every value that a key had in the backups of a project, the oldest first,"
            + " and between which backups it changed. With --where, --present or --absent: the"
            + " last backup for which this is true; ends with 1 when there is none.")
final class HistoryCommand implements Callable<Integer> {
  private static final String SHA256 = "sha256=";

  private final EtcdBackupCommand root;

  @Parameters(
      paramLabel = "KEYNAME",
      description = "The key; a byte that is not UTF-8 is written \\xNN.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String keyName;

  @Option(
      names = "--project",
      required = true,
      converter = Converters.Project.class,
      paramLabel = "P",
      description = "The project whose backups are read.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(names = "--values", description = "Also print the values.")
  private boolean values;

  @Option(
      names = "--where",
      paramLabel = "sha256=HEX",
      description = "Find the last backup in which the value has this SHA-256.")
  private @Nullable String where;

  @Option(names = "--present", description = "Find the last backup in which the key exists.")
  private boolean present;

  @Option(names = "--absent", description = "Find the last backup in which the key does not exist.")
  private boolean absent;

  HistoryCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A change as {@code -o json} shows it; what is not known is left out. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ChangeJson(
      String change,
      @Nullable Long revision,
      @Nullable Long createRevision,
      @Nullable Long version,
      @Nullable String lease,
      @Nullable Integer valueBytes,
      @Nullable String sha256,
      @Nullable String value,
      @Nullable String valueBase64,
      @Nullable String after,
      String before,
      String backup,
      long missed,
      boolean otherHistory) {}

  @Override
  public Integer call() throws UsageException, IOException {
    byte[] key = BytesText.unescaped(keyName);
    Optional<Predicate<Optional<KeyValue>>> wanted = wanted();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      ProjectSnapshots snapshots = new ProjectSnapshots(root, open.store());
      List<Backup> backups = snapshots.oldestFirst(project);
      return wanted.isPresent()
          ? last(snapshots, backups, key, wanted.get())
          : timeline(snapshots, backups, key);
    }
  }

  private Optional<Predicate<Optional<KeyValue>>> wanted() throws UsageException {
    if ((where == null ? 0 : 1) + (present ? 1 : 0) + (absent ? 1 : 0) > 1) {
      throw new UsageException("--where, --present and --absent exclude each other");
    }
    if (present) {
      return Optional.of(Optional::isPresent);
    }
    if (absent) {
      return Optional.of(Optional::isEmpty);
    }
    if (where == null) {
      return Optional.empty();
    }
    if (!where.matches(SHA256 + "[0-9a-fA-F]{64}")) {
      throw new UsageException("--where: '" + where + "' is not sha256= and 64 hex digits");
    }
    String hash = where.substring(SHA256.length()).toLowerCase(Locale.ROOT);
    return Optional.of(found -> found.isPresent() && Sha256.hex(found.get().value()).equals(hash));
  }

  /** Looks from the newest on and stops at the first match. */
  private int last(
      ProjectSnapshots snapshots,
      List<Backup> backups,
      byte[] key,
      Predicate<Optional<KeyValue>> wanted)
      throws IOException {
    List<Backup> newestFirst = new ArrayList<>(backups);
    Collections.reverse(newestFirst);
    for (Backup backup : newestFirst) {
      Optional<Boolean> match =
          snapshots.read(
              backup, ReadOptions.Extent.WHOLE, snapshot -> wanted.test(snapshot.get(key)));
      if (match.orElse(false)) {
        Output output = root.output();
        if (output.isJson()) {
          output.json(BackupJson.of(backup, root.catalogue(), List.of()));
        } else {
          output.line(backup.key().toString());
        }
        return snapshots.found();
      }
    }
    return notFound(snapshots);
  }

  private int notFound(ProjectSnapshots snapshots) {
    String nothing =
        absent
            ? "every backup of " + project + " holds " + keyName
            : "no backup of " + project + " holds " + keyName;
    return snapshots.notFound(project, where == null ? nothing : nothing + " with this SHA-256");
  }

  private int timeline(ProjectSnapshots snapshots, List<Backup> backups, byte[] key)
      throws IOException {
    KeyTimeline timeline = new KeyTimeline(key);
    Output output = root.output();
    Output.Rows rows = output.rows();
    boolean found = false;
    for (Backup backup : backups) {
      Optional<List<KeyTimeline.Change>> changes =
          snapshots.read(
              backup, ReadOptions.Extent.WHOLE, snapshot -> add(timeline, backup, snapshot));
      for (KeyTimeline.Change change : changes.orElse(List.of())) {
        found = true;
        ChangeJson row = row(change, backup);
        if (output.isJson()) {
          rows.json(row);
        } else {
          print(row, output);
        }
      }
    }
    rows.end();
    return found ? snapshots.found() : notFound(snapshots);
  }

  private static List<KeyTimeline.Change> add(
      KeyTimeline timeline, Backup backup, EtcdSnapshot snapshot) throws IOException {
    return timeline.add(ProjectSnapshots.time(backup), snapshot);
  }

  private ChangeJson row(KeyTimeline.Change change, Backup backup) {
    KeyValue put = change.put().orElse(null);
    byte[] value = put == null ? null : put.value();
    return new ChangeJson(
        put == null ? "deleted" : "put",
        change.revision().orElse(null),
        put == null ? null : put.createRevision(),
        put == null ? null : put.version(),
        put == null || put.lease() == 0 ? null : Long.toHexString(put.lease()),
        value == null ? null : value.length,
        value == null ? null : Sha256.hex(value),
        value == null || !values ? null : BytesText.utf8(value),
        value == null || !values ? null : BytesText.base64(value),
        change.after().map(Instant::toString).orElse(null),
        change.before().toString(),
        backup.key().toString(),
        change.missed(),
        change.otherHistory());
  }

  private static void print(ChangeJson row, Output output) {
    if (row.otherHistory()) {
      output.line("the revision went back: the cluster was restored or replaced");
    }
    if (row.missed() > 0) {
      output.line(row.missed() + " puts that no backup holds");
    }
    String what =
        row.sha256() == null
            ? "deleted" + (row.revision() == null ? "" : " in revision " + row.revision())
            : "put in revision "
                + row.revision()
                + ", created in "
                + row.createRevision()
                + ", version "
                + row.version()
                + (row.lease() == null ? "" : ", lease " + row.lease())
                + ", "
                + row.valueBytes()
                + " bytes, sha256 "
                + row.sha256();
    String when = row.after() == null ? "" : "after " + row.after() + " and ";
    output.line(what + ", " + when + "before " + row.before() + ", " + row.backup());
    if (row.value() != null) {
      output.line("  " + row.value());
    } else if (row.valueBase64() != null) {
      output.line("  base64 " + row.valueBase64());
    }
  }
}
