package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keys}. */
@Command(
    name = "keys",
    description =
        "Prints the keys in a snapshot in their order, one a line; -o json has their revisions,"
            + " versions and leases too.")
final class KeysCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description =
          "Only keys that begin with this. A byte that is not UTF-8 is written \\xNN. Default: all.")
  private String prefix = "";

  @Option(
      names = "--rev",
      converter = Converters.StateAt.class,
      paramLabel = "R",
      description = "The keys as they were at this revision. Default: the last.")
  private Revision revision = Revision.LATEST;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  @Option(
      names = "--values",
      description = "Also print the values, each on the line after its key.")
  private boolean values;

  KeysCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A key as {@code -o json} shows it: what is no text in UTF-8 is in Base64 instead. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record KeyJson(
      @Nullable String key,
      @Nullable String keyBase64,
      long createRevision,
      long modRevision,
      long version,
      long lease,
      @Nullable String value,
      @Nullable String valueBase64) {
    static KeyJson of(KeyCursor at, byte @Nullable [] value) {
      return new KeyJson(
          BytesText.utf8(at.key()),
          BytesText.base64(at.key()),
          at.createRevision(),
          at.modRevision(),
          at.version(),
          at.lease(),
          value == null ? null : BytesText.utf8(value),
          value == null ? null : BytesText.base64(value));
    }
  }

  @Override
  public Integer call() throws UsageException, IOException {
    return new OperandReader(root)
        .whole(
            operand,
            point,
            (snapshot, way) -> {
              print(cursor(snapshot));
              return ExitCode.DONE;
            });
  }

  private KeyCursor cursor(EtcdSnapshot snapshot) throws UsageException, IOException {
    try {
      return snapshot.keys(KeyRange.prefix(BytesText.unescaped(prefix)), revision);
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--rev: " + e.getMessage());
    }
  }

  private void print(KeyCursor keys) throws IOException {
    Output output = root.output();
    Output.Rows rows = output.rows();
    while (keys.next()) {
      byte[] value = values ? keys.value() : null;
      if (output.isJson()) {
        rows.json(KeyJson.of(keys, value));
        continue;
      }
      output.line(BytesText.shown(keys.key()));
      if (value != null) {
        output.line(BytesText.shown(value));
      }
    }
    rows.end();
  }
}
