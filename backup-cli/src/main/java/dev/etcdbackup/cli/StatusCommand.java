package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.snapshot.SnapshotStatus;
import dev.etcdbackup.snapshot.StatusVersion;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code status}. */
@Command(
    name = "status",
    description =
        "Prints what 'etcdutl snapshot status' prints of a snapshot: hash, revision,"
            + " total keys and size, and from 3.6 on the version of the storage.")
final class StatusCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Option(
      names = "--as",
      paramLabel = "3.4|3.5|3.6|3.7",
      description =
          "The version whose output is printed: 3.4 and 3.5 count all entries, later"
              + " versions count the keys of users. Default: of the line of etcd that wrote the"
              + " snapshot.")
  private @Nullable StatusVersion as;

  StatusCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A status as etcd's own tools show it. */
  record StatusJson(
      long hash,
      long revision,
      long totalKey,
      long totalSize,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String version) {}

  @Override
  public Integer call() throws UsageException, IOException {
    SnapshotStatus status =
        new OperandReader(root)
            .whole(operand, (one, way) -> as == null ? one.status() : one.status(as));
    String version = status.version().orElse(null);
    Output output = root.output();
    if (output.isJson()) {
      output.json(
          new StatusJson(
              status.hash(), status.revision(), status.totalKey(), status.totalSize(), version));
    } else {
      output.line("hash: " + Long.toHexString(status.hash()));
      output.line("revision: " + status.revision());
      output.line("totalKey: " + status.totalKey());
      output.line("totalSize: " + status.totalSize());
      if (version != null) {
        output.line("version: " + version);
      }
    }
    return ExitCode.DONE;
  }
}
