package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupCopier;
import dev.etcdbackup.service.CopyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mirror}. */
@Command(
    name = "mirror",
    description =
        "Copies the backups of a project, or of all, that another store does not have, as 'copy'"
            + " does, the newest first. What was interrupted is continued by the next call. With"
            + " --delete and --keep options only what they keep is copied, and when all of that is"
            + " there, the other store is pruned as 'prune' does it.")
final class MirrorCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      arity = "0..1",
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project.")
  private @Nullable String project;

  @Option(names = "--all", description = "All projects.")
  private boolean all;

  @Option(
      names = "--delete",
      description = "Delete at --to what no --keep option keeps. --store is never deleted from.")
  private boolean delete;

  @Mixin private final TargetOptions target = new TargetOptions();

  @Mixin private final RetentionOptions retention = new RetentionOptions();

  MirrorCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    if (all == (project != null)) {
      throw new UsageException("give either PROJECT or --all");
    }
    if (!delete && retention.given()) {
      throw new UsageException("the --keep options need --delete");
    }
    if (delete && target.encoding().isPresent()) {
      throw new UsageException(
          "--encode and --encrypt-to cannot be combined with --delete; prune the other store with 'prune'");
    }
    Copying copying = new Copying(root, target);
    if (!delete) {
      String which = project == null ? "" : project;
      return copying.run((copier, from) -> List.of(copier.mirror(which)));
    }
    RetentionPolicy policy = retention.policy();
    return copying.run((copier, from) -> mirror(copier, from, policy));
  }

  private List<CopyReport> mirror(BackupCopier copier, BackupStore from, RetentionPolicy policy)
      throws BackupException {
    List<CopyReport> reports = new ArrayList<>();
    for (String one : projects(from)) {
      reports.add(copier.mirror(one, policy));
    }
    return reports;
  }

  private List<String> projects(BackupStore from) throws BackupException {
    if (project != null) {
      return List.of(project);
    }
    return from.list("").stream()
        .map(StoredBackup::key)
        .map(key -> key.project())
        .filter(one -> !one.isEmpty())
        .distinct()
        .toList();
  }
}
