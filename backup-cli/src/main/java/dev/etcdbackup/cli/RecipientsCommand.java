package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.KeyId;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code recipients}. */
@Command(
    name = "recipients",
    description =
        "Prints the key ids of the OpenPGP keys that a backup is encrypted to. Reads its beginning"
            + " only and needs no private key.")
final class RecipientsCommand implements Callable<Integer> {
  /** Enough for hundreds of recipients. */
  private static final long HEAD_BYTES = 256 * 1024;

  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY", description = "The backup, PROJECT/NAME.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  RecipientsCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** The recipients as {@code -o json} shows them. */
  record RecipientsJson(String key, List<String> recipients) {}

  @Override
  public Integer call() throws UsageException, BackupException {
    BackupName name = BackupName.parse(key.name());
    if (!name.isEncrypted()) {
      throw new UsageException(key + " is not encrypted, by its name");
    }
    List<String> ids;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false)) {
      StoredBackup stored =
          open.store().find(key).orElseThrow(() -> new BackupNotFoundException(key));
      try (InputStream head = open.store().open(stored, 0, Math.min(stored.size(), HEAD_BYTES))) {
        ids = OpenPgpEncoding.recipients(head, name).stream().map(KeyId::toString).toList();
      } catch (BackupException e) {
        throw e;
      } catch (IOException e) {
        throw new StoreException(key + " cannot be read: " + e.getMessage(), e);
      }
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(new RecipientsJson(key.toString(), ids));
    } else {
      ids.forEach(output::line);
    }
    return ExitCode.DONE;
  }
}
