package dev.etcdbackup.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the cases asked for in one batch and writes one report. */
@CommandLine.Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures the library beside etcdctl, rclone and aws, everything interleaved.")
public final class Benchmarks implements Callable<Integer> {
  /** Every case, in the order of the report. */
  static final List<Case> CASES =
      List.of(
          new BackupCase(),
          new ColdCase(),
          new ReadBackCase(),
          new SnapshotCase(),
          new RestoreCase(),
          new EncodingCase(),
          new AgainstCase(),
          new HeapCase(),
          new ListCase(),
          new ClustersCase(),
          new IdleCase(),
          new ChangesCase(),
          new ReadsCase(),
          new MixedCase(),
          new JmhCase());

  private static final Set<String> TARGETS = Set.of("rgw", "s3proxy", "directory", "discard");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,4})([mg])");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "Size of etcd's database: 256m, 1g, 4g. Default: ${DEFAULT-VALUE}.")
  private String size = "1g";

  @Option(
      names = "--values",
      paramLabel = "KIND",
      description = "What it is filled with: random or json. Default: ${DEFAULT-VALUE}.")
  private String values = "random";

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "Rounds; fewer than 5 make a try, not a report. Default: ${DEFAULT-VALUE}.")
  private int pairs = 5;

  @Option(
      names = "--cases",
      split = ",",
      paramLabel = "CASE",
      description =
          "backup, cold, readback, snapshot, restore, encoding, against, heap, list, clusters, idle,"
              + " changes, reads, mixed, jmh. Default: all.")
  private Set<String> cases = new LinkedHashSet<>();

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "TARGET",
      description = "rgw, s3proxy, directory, discard. Default: all.")
  private Set<String> targets = new LinkedHashSet<>();

  @Option(
      names = "--objects",
      paramLabel = "N",
      description = "How many objects the cases list and mixed make. Default: ${DEFAULT-VALUE}.")
  private int objects = 100_000;

  @Option(
      names = "--install",
      description = "Install what is missing of rclone, awscli and Ceph from Debian's packages.")
  private boolean install;

  @Option(
      names = "--against",
      paramLabel = "REF",
      description =
          "Another version of this library, a commit or a tag, which is built and measured in the"
              + " same batch; see the case 'against'.")
  private @Nullable String against;

  @Option(
      names = "--keep",
      paramLabel = "VERSION",
      description =
          "Keep the figures as those of a version in docs/benchmarks, and write the tables of"
              + " docs/performance.md from what is kept.")
  private @Nullable String version;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "With --keep: a report.json that was written before; nothing is measured.")
  private @Nullable Path written;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Where the report goes. Default: ${DEFAULT-VALUE}.")
  private Path directory = Path.of("target", "bench");

  private Benchmarks() {}

  /**
   * Runs.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Settings settings = settings();
    History history = new History(Path.of("docs"));
    if (written != null) {
      String kept = version;
      if (kept == null) {
        throw new ParameterException(spec.commandLine(), "--from goes with --keep");
      }
      history.keep(kept, new ObjectMapper().readValue(written.toFile(), Report.class));
      return 0;
    }
    PrintStream progress = System.err;
    Files.createDirectories(directory);
    Report report = measure(wanted(), settings, progress);
    report.write(directory);
    progress.println("report: " + directory.resolve("report.md"));
    if (version != null) {
      history.keep(version, report);
    }
    return 0;
  }

  private Report measure(List<Case> wanted, Settings settings, PrintStream progress)
      throws Exception {
    try (BenchmarkServers lab = new BenchmarkServers(settings, directory, progress)) {
      Batch batch = new Batch();
      for (Case one : wanted) {
        one.join(lab, batch);
      }
      Samples samples = batch.run(settings.pairs(), lab.freeMemory(), lab.serverCpu(), progress);
      List<Verdict> verdicts = new ArrayList<>(batch.judge(samples));
      for (Case one : wanted) {
        verdicts.addAll(one.alone(lab));
      }
      Map<String, String> metadata = new LinkedHashMap<>(Machine.metadata());
      metadata.putAll(lab.metadata());
      return new Report(
          "./run bench " + String.join(" ", spec.commandLine().getParseResult().originalArgs()),
          metadata,
          settings.pairs(),
          batch.loads(),
          verdicts,
          samples.byStep(),
          lab.notes());
    }
  }

  private List<Case> wanted() {
    return CASES.stream().filter(c -> cases.isEmpty() || cases.contains(c.name())).toList();
  }

  private Settings settings() {
    Matcher match = SIZE.matcher(size);
    require(match.matches(), "--size must be like 256m or 1g, not " + size);
    long bytes = Long.parseLong(match.group(1)) << (match.group(2).equals("m") ? 20 : 30);
    require(bytes > 0 && bytes <= 6L << 30, "--size must be 1m to 6g, not " + size);
    require(values.matches("random|json"), "--values must be random or json, not " + values);
    require(pairs >= 1 && pairs <= 1000, "--pairs must be 1 to 1000, not " + pairs);
    require(objects >= 1, "--objects must be 1 or more, not " + objects);
    Set<String> names = new LinkedHashSet<>(CASES.stream().map(Case::name).toList());
    require(names.containsAll(cases), "--cases must be of " + names + ", not " + cases);
    require(TARGETS.containsAll(targets), "--targets must be of " + TARGETS + ", not " + targets);
    Set<String> wanted = targets.isEmpty() ? TARGETS : targets;
    Values kind = Values.valueOf(values.toUpperCase(Locale.ROOT));
    long stored = wanted().stream().mapToLong(c -> c.storedBytes(bytes)).max().orElse(bytes);
    return new Settings(bytes, stored, kind, pairs, wanted, objects, install, other());
  }

  /** What {@code ./run bench} built for us. */
  private @Nullable OtherVersion other() {
    if (against == null) {
      return null;
    }
    String classPath = System.getProperty("bench.against.class.path", "");
    require(!classPath.isEmpty(), "--against needs ./run bench, which builds that version");
    return new OtherVersion(against, classPath);
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
