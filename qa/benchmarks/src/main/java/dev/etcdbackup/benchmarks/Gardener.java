package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What records and restores changes too: {@code etcdbrctl} of Gardener's etcd-backup-restore, with
 * a directory as its store. Nothing is compressed, as with us.
 */
final class Gardener {
  private static final String VARIABLE = "ETCDBACKUP_ETCDBRCTL";
  private static final Pattern DELTA = Pattern.compile("Incr-\\d+-(\\d+)-\\d+");
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long PAUSE_NANOS = 100_000_000;

  private final BenchmarkServers lab;
  private final String program;
  private final Path home; // the store is below the home directory, whatever its name is
  private final Path log;
  private final Path store;
  private @Nullable Process recording;

  private Gardener(BenchmarkServers lab, String program) throws IOException {
    this.lab = lab;
    this.program = program;
    this.home = Files.createDirectories(lab.file("etcdbrctl"));
    this.log = lab.log("etcdbrctl-snapshot");
    this.store = home.resolve("store");
  }

  /** The program that the environment variable names, or that of the path; empty with a note. */
  static Optional<Gardener> find(BenchmarkServers lab) throws IOException {
    String named = System.getenv(VARIABLE);
    String program = named == null ? "etcdbrctl" : named;
    if (!Program.isThere(program)) {
      lab.note(
          "etcdbrctl of Gardener's etcd-backup-restore is not installed and left out; "
              + VARIABLE
              + " names it");
      return Optional.empty();
    }
    String version = Program.version(program, "--version"); // a line of its log
    lab.metadata().put("etcdbrctl", version.replaceAll(".*msg=|\"", ""));
    return Optional.of(new Gardener(lab, program));
  }

  /** Begins to record. When this returns there is a full snapshot. */
  void begin(URI etcd) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            program,
            "snapshot",
            "--endpoints=" + etcd,
            "--storage-provider=Local",
            "--store-container=store",
            "--snapstore-temp-directory=" + home,
            "--compress-snapshots=false",
            "--schedule=0 0 1 1 *", // no other full snapshot behind which the restore would begin
            "--delta-snapshot-period=10s",
            "--garbage-collection-period=0s");
    builder.environment().put("HOME", home.toString());
    lab.progress().println("changes: a full snapshot of etcdbrctl");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    lab.closeAtTheEnd(process::destroy);
    recording = process;
    await(process, "full snapshot", () -> Files.readString(log).contains("saved full snapshot"));
  }

  /** Waits until a revision is stored, and ends the recording. */
  void end(long revision) throws Exception {
    Process process = recording;
    if (process == null) {
      throw new IllegalStateException("nothing is recorded");
    }
    await(process, "revision " + revision, () -> stored() >= revision);
    process.destroy();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IOException(program + " does not end; see " + log);
    }
    recording = null;
  }

  /** The last revision in the store. */
  private long stored() throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .map(file -> DELTA.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(name -> Long.parseLong(name.group(1)))
          .max()
          .orElse(0);
    }
  }

  private void await(Process process, String what, Callable<Boolean> isThere) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isThere.call()) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new IOException(program + " stored no " + what + "; see " + log);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Makes a data directory of all that is stored. */
  Measurement restore(Path dataDir) throws IOException, InterruptedException {
    List<String> words =
        List.of(
            program,
            "restore",
            "--storage-provider=Local",
            "--store-container=store",
            "--snapstore-temp-directory=" + home,
            "--restoration-temp-snapshots-dir=" + home.resolve("fetched"),
            "--data-dir=" + dataDir);
    return new Command(words, Map.of("HOME", home.toString())).run(lab.log("etcdbrctl-restore"));
  }
}
