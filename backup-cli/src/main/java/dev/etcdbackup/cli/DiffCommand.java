package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.snapshot.DiffCursor;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code diff}. */
@Command(
    name = "diff",
    description =
        "Prints which keys differ between two snapshots, in their order: '+ KEY' is in B alone, '-"
            + " KEY' in A alone, '~ KEY' has another value or lease. Ends with 1 when there is a"
            + " difference.")
final class DiffCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The first, the older say. " + SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand before;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "The second snapshot, given in the same way.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand after;

  DiffCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A difference as {@code -o json} shows it: a key that is no text in UTF-8 is in Base64. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DifferenceJson(String change, @Nullable String key, @Nullable String keyBase64) {}

  @Override
  public Integer call() throws UsageException, IOException {
    OperandReader reader = new OperandReader(root);
    return reader.whole(before, (a, wayOfA) -> reader.whole(after, (b, wayOfB) -> print(a, b)));
  }

  private int print(EtcdSnapshot a, EtcdSnapshot b) throws IOException {
    DiffCursor differences = EtcdSnapshot.diff(a, b);
    int code = ExitCode.DONE;
    Output output = root.output();
    Output.Rows rows = output.rows();
    while (differences.next()) {
      code = ExitCode.NO;
      byte[] key = differences.key();
      if (output.isJson()) {
        String change = differences.change().name().toLowerCase(Locale.ROOT);
        rows.json(new DifferenceJson(change, BytesText.utf8(key), BytesText.base64(key)));
      } else {
        output.line(sign(differences.change()) + " " + BytesText.shown(key));
      }
    }
    rows.end();
    return code;
  }

  private static String sign(DiffCursor.Change change) {
    return switch (change) {
      case ADDED -> "+";
      case REMOVED -> "-";
      case CHANGED -> "~";
      case NONE -> throw new IllegalStateException("a difference that is none");
    };
  }
}
