package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.kubernetes.objects.KubernetesObjects;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import dev.etcdbackup.snapshot.DiffCursor;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kube diff}. */
@Command(
    name = "diff",
    description =
        "Prints which objects of Kubernetes differ between two snapshots: '+' is in B alone, '-' in"
            + " A alone, '~' has changed, with the fields that differ below it. Values are never"
            + " printed. Ends with 1 when there is a difference.")
final class KubeDiffCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(index = "0", paramLabel = "A", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand before;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "The second snapshot, given in the same way.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand after;

  @Mixin private final KubeOptions kube = new KubeOptions();

  @Option(names = "--namespace", paramLabel = "N", description = "Only in this namespace.")
  private @Nullable String namespace;

  @Option(names = "--kind", paramLabel = "K", description = "Only of this kind or resource.")
  private @Nullable String kind;

  KubeDiffCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A difference as {@code -o json} shows it. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record DifferenceJson(
      String change,
      String apiVersion,
      String kind,
      String resource,
      String namespace,
      String name,
      List<String> fields) {}

  @Override
  public Integer call() throws UsageException, IOException {
    KubernetesObjects objects = kube.objects();
    OperandReader reader = new OperandReader(root);
    return reader.whole(
        before, (a, wayOfA) -> reader.whole(after, (b, wayOfB) -> compare(objects, a, b)));
  }

  private int compare(KubernetesObjects objects, EtcdSnapshot a, EtcdSnapshot b)
      throws IOException {
    DiffCursor differences = new DiffCursor(a.keys(objects.range()), b.keys(objects.range()));
    Output output = root.output();
    Output.Rows rows = output.rows();
    int code = ExitCode.DONE;
    while (differences.next()) {
      DiffCursor.Change change = differences.change();
      StoredObject old =
          change == DiffCursor.Change.ADDED ? null : objects.over(differences.before()).object();
      StoredObject now =
          change == DiffCursor.Change.REMOVED ? null : objects.over(differences.after()).object();
      StoredObject shown = now != null ? now : old;
      if (shown == null || !isWanted(shown)) {
        continue;
      }
      code = ExitCode.NO;
      List<String> fields = old == null || now == null ? List.of() : fields(old, now);
      if (output.isJson()) {
        rows.json(json(change, shown, fields));
      } else {
        output.line(sign(change) + " " + shown);
        fields.forEach(field -> output.line("    " + field));
      }
    }
    rows.end();
    return code;
  }

  private boolean isWanted(StoredObject object) {
    return (namespace == null || object.namespace().equals(namespace))
        && (kind == null || object.isOf(kind));
  }

  private static List<String> fields(StoredObject old, StoredObject now) {
    if (old.manifest().isEmpty() || now.manifest().isEmpty()) {
      return List.of();
    }
    return old.manifest().get().differences(now.manifest().get());
  }

  private static DifferenceJson json(
      DiffCursor.Change change, StoredObject object, List<String> fields) {
    return new DifferenceJson(
        change.name().toLowerCase(Locale.ROOT),
        object.apiVersion(),
        object.kind(),
        object.key().resource(),
        object.namespace(),
        object.name(),
        fields);
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
