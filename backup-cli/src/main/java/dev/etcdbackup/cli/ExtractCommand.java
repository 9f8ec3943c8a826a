package dev.etcdbackup.cli;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code extract}. */
@Command(
    name = "extract",
    description =
        "Takes one key out of a snapshot and prints its value, byte for byte; or with -o json one"
            + " key or all below a prefix, with their values, revisions and leases. Ends with 1"
            + " when there is none.")
final class ExtractCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(index = "0", paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "KEYNAME",
      description = "The key in etcd, /registry/secrets/default/a say.")
  private @Nullable String key;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description = "Instead of one key those that begin with this; with -o json.")
  private @Nullable String prefix;

  @Option(
      names = "--rev",
      converter = Converters.StateAt.class,
      paramLabel = "R",
      description = "As it was at this revision. Default: the last.")
  private Revision revision = Revision.LATEST;

  ExtractCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    KeyRange range = range();
    return new OperandReader(root)
        .whole(operand, (snapshot, way) -> print(cursor(snapshot, range)));
  }

  private KeyRange range() throws UsageException {
    if (key != null && prefix == null) {
      return KeyRange.of(key.getBytes(StandardCharsets.UTF_8));
    }
    if (key != null || prefix == null) {
      throw new UsageException("what to extract? Give either KEYNAME or --prefix");
    }
    if (!root.output().isJson()) {
      throw new UsageException("--prefix needs -o json: plain output is a single value");
    }
    return KeyRange.prefix(prefix.getBytes(StandardCharsets.UTF_8));
  }

  private KeyCursor cursor(EtcdSnapshot snapshot, KeyRange range)
      throws UsageException, IOException {
    try {
      return snapshot.keys(range, revision);
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--rev: " + e.getMessage());
    }
  }

  private int print(KeyCursor keys) throws IOException {
    Output output = root.output();
    if (keys.size() == 0) {
      String what = key == null ? "no key that begins with " + prefix : "no key " + key;
      String at = " at revision " + keys.revision();
      return root.failures().report(operand + ": there is " + what + at, ExitCode.NO);
    }
    if (!output.isJson()) {
      keys.next();
      output.bytes(keys.value());
      return ExitCode.DONE;
    }
    Output.Rows rows = output.rows();
    while (keys.next()) {
      rows.json(KeysCommand.KeyJson.of(keys, keys.value()));
    }
    rows.end();
    return ExitCode.DONE;
  }
}
