package dev.etcdbackup.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code kube}: the commands that read a snapshot as the objects of Kubernetes. */
@Command(
    name = "kube",
    description =
        "Reads a snapshot of a Kubernetes cluster as its objects: kube list, get, diff, usage, keys"
            + " and restore.")
final class KubeCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  KubeCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** Adds the commands, after this one was added to its own parent. */
  void addTo(CommandLine kube) {
    kube.addSubcommand("list", new KubeListCommand(root))
        .addSubcommand("get", new KubeGetCommand(root))
        .addSubcommand("diff", new KubeDiffCommand(root))
        .addSubcommand("usage", new KubeUsageCommand(root))
        .addSubcommand("keys", new KubeKeysCommand(root))
        .addSubcommand("restore", new KubeRestoreCommand(root));
  }

  @Override
  public Integer call() throws UsageException {
    throw new UsageException("no command; see 'etcd-backup kube --help'");
  }
}
