package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
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
            + " backup of the store or of a project. Ends with 5 when one is bad, and"
            + " with 1 when --all finds none.")
final class VerifyCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      arity = "0..1",
      paramLabel = "KEY|FILE|PROJECT",
      description = SnapshotOperand.DESCRIPTION + " With --all a project; none or \"\" for all.")
  private @Nullable String operand;

  @Option(
      names = "--deep",
      description =
          "Also check that entries are consistent with each other: that each revision of a"
              + " key follows from the one before, and that leases and roles exist; and print"
              + " HashKV.")
  private boolean deep;

  @Option(
      names = "--live",
      converter = Converters.Etcd.class,
      paramLabel = "URL",
      description =
          "Then compare the history with that of a running member, by HashKV, with the --etcd-user"
              + " and --etcd-ca options. Ends with 1 when they differ or cannot be compared.")
  private @Nullable URI live;

  @Option(
      names = "--all",
      description =
          "Verify each backup, and continue after bad ones. The command stops when the"
              + " store fails three times in a row.")
  private boolean all;

  @Option(
      names = "--sample",
      paramLabel = "1/N",
      description =
          "With --all: verify a share of the backups, a different one each day (UTC), so"
              + " that N days cover all.")
  private @Nullable DailySample sample;

  @Option(
      names = "--signed-by",
      paramLabel = "PUBKEY",
      description =
          "Also require that one of the OpenPGP public keys in this file signed the backup; ends"
              + " with 5 otherwise.")
  private @Nullable Path signedBy;

  VerifyCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    VerifyOptions options = deep ? VerifyOptions.DEFAULT.deeply() : VerifyOptions.DEFAULT;
    if (all) {
      if (live != null) {
        throw new UsageException("--live and --all exclude each other");
      }
      if (signedBy != null) {
        throw new UsageException("--signed-by and --all exclude each other");
      }
      return new Scrub(root, options, (sample == null ? DailySample.ALL : sample).days())
          .run(project());
    }
    if (sample != null) {
      throw new UsageException("--sample goes with --all");
    }
    if (operand == null) {
      throw new UsageException("nothing to verify; give KEY, FILE or --all");
    }
    return new Examination(root, options, live, signedBy).run(parse(operand));
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
}
