package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.openpgp.Rewrapping;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rewrap}. */
@Command(
    name = "rewrap",
    description =
        "Stores each encrypted backup of a project again, encrypted to other recipients,"
            + " under a new name, and prints both keys. Only the session key is encrypted anew;"
            + " each backup is verified first. Deletes nothing. Needs --decrypt-with.")
final class RewrapCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(
      names = "--encrypt-to",
      required = true,
      paramLabel = "PUBKEY",
      description = "A file with the OpenPGP public keys of the new recipients; repeatable.")
  private List<Path> encryptTo = List.of();

  RewrapCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A backup that was stored again, as {@code -o json} shows it. */
  record RewrappedJson(String from, String to) {}

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      Rewrapping rewrapping = new Rewrapping(open.store(), root.encoding.rewrapping(encryptTo));
      Output.Rows rows = root.output().rows();
      List<Backup> encrypted =
          root.service(open.store()).list(project).stream()
              .filter(backup -> backup.name().isEncrypted())
              .toList();
      for (Backup backup : encrypted) {
        StoredBackup copy = rewrapping.rewrap(backup);
        if (root.output().isJson()) {
          rows.json(new RewrappedJson(backup.key().toString(), copy.key().toString()));
        } else {
          root.output().line(backup.key() + " -> " + copy.key());
        }
      }
      rows.end();
      return encrypted.isEmpty() ? ExitCode.NO : ExitCode.DONE;
    }
  }
}
