package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.audit.Audit;
import dev.etcdbackup.audit.Auditor;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit}. */
@Command(
    name = "audit",
    description =
        "Reports the backups of this and of other tools in a store: which of them"
            + " verify, their revisions, ages, sizes and gaps, and old files that look new."
            + " Writes nothing to the store. Exit code 1 when something needs attention, or"
            + " there is no backup.")
final class AuditCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      arity = "0..1",
      defaultValue = "",
      converter = Converters.ProjectOrAll.class,
      paramLabel = "PROJECT",
      description = "The project; none or \"\" for all.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(
      names = "--sample",
      paramLabel = "1/N",
      description =
          "Read the newest backup of each series and every Nth before it. Without this, only the"
              + " newest of each series is read and verified.")
  private @Nullable DailySample sample;

  @Option(names = "--all", description = "Read and verify every backup.")
  private boolean all;

  @Option(names = "--list-only", description = "Read no backup; use only the listing.")
  private boolean listOnly;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Also write a page for a browser, complete in one file: a row for each series, a cell for"
              + " each of the last 14 days. An existing FILE is replaced.")
  private @Nullable Path html;

  AuditCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    if ((sample != null && all) || (listOnly && (all || sample != null))) {
      throw new UsageException("--sample, --all and --list-only exclude one another");
    }
    Audit audit;
    List<IncompleteListingException> incomplete = new ArrayList<>();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required());
        ProgressLine progress = root.progress("audit")) {
      List<Backup> listing = root.service(open.store()).listReadable(project, incomplete::add);
      SnapshotBackupVerifier inspector =
          new SnapshotBackupVerifier(root.encoding.reading(), OperandReader.temporaryDirectory())
              .withUnpacking(root.encoding.unpacking())
              .withProgress(progress::moved);
      Auditor.Builder auditor =
          Auditor.builder(open.store(), inspector).catalogue(root.catalogue());
      if (all || sample != null) {
        auditor.sample(sample == null ? 1 : sample.days());
      }
      audit =
          (listOnly ? auditor.listingOnly() : auditor).build().run(listing, root.clock().instant());
    }
    if (html != null) {
      replace(html, audit.page());
    }
    Output output = root.output();
    if (output.isJson()) {
      output.document(audit.json());
    } else {
      audit.text().lines().forEach(output::line);
    }
    if (!incomplete.isEmpty()) {
      throw incomplete.get(0); // after the report on what is known
    }
    if (audit.series().isEmpty()) {
      return root.failures().reportNoBackup(project);
    }
    return audit.healthy() ? ExitCode.DONE : ExitCode.NO;
  }

  /** Replaces a file in one step, since a browser or a web server may be reading it. */
  private static void replace(Path file, String text) throws IOException {
    try (AtomicFile written = AtomicFile.beside(file)) {
      written.write(StandardCharsets.UTF_8.encode(text));
      written.publishReplacing(file);
    } catch (IOException e) {
      throw new StoreException("--html: cannot write into " + file.toAbsolutePath().getParent(), e);
    }
  }
}
