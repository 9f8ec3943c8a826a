package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.LiveDiff;
import dev.etcdbackup.snapshot.DiffCursor;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff}. */
@Command(
    name = "diff",
    description =
        "Prints which keys differ between two snapshots, in their order: '+ KEY' is in B alone, '-"
            + " KEY' in A alone, '~ KEY' has another value or lease. With --live: what changed in a"
            + " running cluster since snapshot A, by prefixes, which is what a restore would undo."
            + " With --to-revision or --to-time: what changed from A to that point, or from A to B"
            + " as it was then, or with --live since A as it was then. Ends with 1 when there is a"
            + " difference.")
final class DiffCommand implements Callable<Integer> {
  /** How long each answer of a running cluster may take. */
  static final Duration ANSWER = Duration.ofSeconds(30);

  private final EtcdBackupCommand root;

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The first snapshot, usually the older one. " + SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand before;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "B",
      description =
          "The second snapshot, given in the same way; not with --live. Default with --to-revision"
              + " or --to-time: A and the changes recorded after it.")
  private @Nullable SnapshotOperand after;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  @Option(
      names = "--live",
      converter = Converters.Etcd.class,
      paramLabel = "URL",
      description = "Compare with the running cluster at this address instead of B.")
  private @Nullable URI live;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description =
          "Only keys that begin with P. A byte that is not UTF-8 is written \\xNN. Default: all.")
  private String prefix = "";

  @Option(
      names = "--stat",
      description = "Print how many keys differ, by prefixes, and no keys. So does --live.")
  private boolean stat;

  @Option(names = "--keys", description = "With --live: print the keys.")
  private boolean keys;

  DiffCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A difference as {@code -o json} shows it: a key that is no text in UTF-8 is in Base64. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DifferenceJson(String change, @Nullable String key, @Nullable String keyBase64) {}

  @Override
  public Integer call() throws UsageException, IOException {
    OperandReader reader = new OperandReader(root);
    KeyRange range = KeyRange.prefix(BytesText.unescaped(prefix));
    if (stat && keys) {
      throw new UsageException("--stat and --keys exclude each other");
    }
    if (live != null) {
      if (after != null) {
        throw new UsageException("--live replaces B; give one of them");
      }
      EtcdConnection cluster = root.etcd.connection(List.of(live));
      return reader.whole(before, point, (a, way) -> live(a, range, cluster));
    }
    if (after == null && !point.isGiven()) {
      throw new UsageException(
          "nothing to compare with; give B, --live URL, --to-revision or --to-time");
    }
    if (keys) {
      throw new UsageException("--keys goes with --live; without it keys are printed anyway");
    }
    SnapshotOperand b = after == null ? before : after;
    return reader.whole(
        before,
        (one, wayOfA) -> reader.whole(b, point, (other, wayOfB) -> files(one, other, range)));
  }

  private int files(EtcdSnapshot a, EtcdSnapshot b, KeyRange range) throws IOException {
    DiffCursor differences = new DiffCursor(a.keys(range), b.keys(range));
    Report report = new Report(stat);
    while (differences.next()) {
      report.add(differences.key(), differences.change());
    }
    return report.end();
  }

  private int live(EtcdSnapshot snapshot, KeyRange range, EtcdConnection cluster)
      throws IOException {
    try (LiveDiff differences = LiveDiff.of(snapshot, range, Revision.LATEST, cluster, ANSWER)) {
      Report report = new Report(!keys);
      while (differences.next()) {
        report.add(differences.key(), differences.change());
      }
      return report.end();
    }
  }

  /** Prints differences as they come, or their counts at the end. */
  private final class Report {
    private final Output output = root.output();
    private final Output.Rows rows = output.rows();
    private final DiffStat counts = new DiffStat();
    private final boolean countsOnly;

    Report(boolean countsOnly) {
      this.countsOnly = countsOnly;
    }

    void add(byte[] key, DiffCursor.Change change) {
      counts.add(key, change);
      if (countsOnly) {
        return;
      }
      if (output.isJson()) {
        String name = change.name().toLowerCase(Locale.ROOT);
        rows.json(new DifferenceJson(name, BytesText.utf8(key), BytesText.base64(key)));
      } else {
        output.line(sign(change) + " " + BytesText.shown(key));
      }
    }

    int end() {
      if (!countsOnly) {
        rows.end();
      } else if (output.isJson()) {
        output.json(counts.json());
      } else {
        counts.lines().forEach(output::line);
      }
      return counts.isEmpty() ? ExitCode.DONE : ExitCode.NO;
    }
  }

  private static String sign(DiffCursor.Change change) {
    return switch (change) {
      case ADDED -> "+";
      case REMOVED -> "-";
      case CHANGED -> "~";
      case NONE -> throw new IllegalStateException("a difference that is none");
    };
  }
}
