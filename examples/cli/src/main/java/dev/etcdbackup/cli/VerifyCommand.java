package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.etcd.snapshot.VerifyReport;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}. */
@Command(
    name = "verify",
    description =
        "Verifies a snapshot to the last page and entry, its SHA-256 included, or with --all every"
            + " backup of the store or of a project. Ends with 5 when one is bad.")
final class VerifyCommand implements Callable<Integer> {
  private static final long IN_MEMORY = 32 << 20; // so SnapshotBackupVerifier

  private final EtcdBackup root;

  @Parameters(
      arity = "0..1",
      paramLabel = "KEY|FILE|PROJECT",
      description = SnapshotOperand.DESCRIPTION + " With --all a project; none or \"\" for all.")
  private @Nullable String operand;

  @Option(
      names = "--all",
      description = "Verify each backup in turn, all of them whatever is found.")
  private boolean all;

  @Option(
      names = "--sample",
      paramLabel = "1/N",
      description =
          "With --all only a part of the backups, another one each day (UTC), so that N days cover"
              + " all.")
  private @Nullable Share sample;

  VerifyCommand(EtcdBackup root) {
    this.root = root;
  }

  /**
   * What was found, as {@code -o json} shows it.
   *
   * @param readBy {@code file}, {@code memory} or {@code temporary file}
   * @param problems the first of them
   */
  record FoundJson(String name, boolean ok, String readBy, List<String> problems) {}

  @Override
  public Integer call() throws UsageException, IOException {
    if (all) {
      return new Scrub(root, sample == null ? Share.ALL : sample).run(project());
    }
    if (sample != null) {
      throw new UsageException("--sample goes with --all");
    }
    if (operand == null) {
      throw new UsageException("nothing to verify; give KEY, FILE or --all");
    }
    FoundJson found = verify(parse(operand));
    print(found);
    return found.ok() ? ExitCode.DONE : ExitCode.CORRUPT;
  }

  private static SnapshotOperand parse(String text) throws UsageException {
    try {
      return SnapshotOperand.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("KEY|FILE: " + e.getMessage());
    }
  }

  private String project() throws UsageException {
    try {
      return operand == null || operand.isEmpty() ? "" : BackupKey.requireProject(operand);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--all: " + e.getMessage());
    }
  }

  private FoundJson verify(SnapshotOperand of) throws UsageException, IOException {
    if (of instanceof SnapshotOperand.InStore in && !in.name().isEncrypted()) {
      return verify(in.key());
    }
    try {
      return new SnapshotReader(root)
          .whole(
              of,
              (snapshot, way) -> found(of.toString(), way.toString(), lines(snapshot.verify())));
    } catch (CorruptBackupException e) { // a tarball that cannot be unpacked
      String way = SnapshotReader.Way.TEMPORARY_FILE.toString();
      return found(of.toString(), way, List.of(String.valueOf(e.getMessage())));
    }
  }

  private FoundJson verify(BackupKey key) throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false)) {
      StoredBackup stored =
          open.store()
              .find(key)
              .orElseThrow(() -> new BackupNotFoundException("there is no backup " + key));
      Backup backup = Backup.of(stored, ZoneOffset.UTC);
      return found(
          key.toString(), way(backup), root.service(open.store()).verify(backup).problems());
    }
  }

  private static List<String> lines(VerifyReport report) {
    List<String> lines = new ArrayList<>();
    report.problems().forEach(problem -> lines.add(problem.toString()));
    long more = report.problemCount() - lines.size();
    if (more > 0) {
      lines.add("and " + more + " more problems");
    }
    return lines;
  }

  /**
   * How the verifier had the bytes; of a tarball that is large only when unpacked it is not told.
   */
  private static String way(Backup backup) {
    return backup.stored().size() > IN_MEMORY
        ? SnapshotReader.Way.TEMPORARY_FILE.toString()
        : "memory";
  }

  private static FoundJson found(String name, String way, List<String> problems) {
    return new FoundJson(name, problems.isEmpty(), way, problems);
  }

  private void print(FoundJson found) {
    Output output = root.output();
    if (output.isJson()) {
      output.json(found);
    } else if (found.ok()) {
      output.line(
          found.name()
              + ": ok, SHA-256, pages, buckets and every entry, read by "
              + found.readBy());
    } else {
      found.problems().forEach(problem -> output.line(found.name() + ": " + problem));
    }
  }
}
