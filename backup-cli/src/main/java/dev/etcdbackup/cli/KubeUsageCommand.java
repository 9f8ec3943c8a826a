package dev.etcdbackup.cli;

import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.kubernetes.objects.ObjectCursor;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kube usage}. */
@Command(
    name = "usage",
    description =
        "Shows how many objects of Kubernetes there are in a snapshot and how many bytes their"
            + " values take, by kinds and by namespaces, and the largest objects. History and free"
            + " pages are shown by 'usage'.")
final class KubeUsageCommand implements Callable<Integer> {
  private static final int MAX_GROUPS = 50_000; // names of namespaces, mostly

  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Mixin private final KubeOptions kube = new KubeOptions();

  @Option(
      names = "--top",
      converter = Converters.Count.class,
      paramLabel = "N",
      description = "How many kinds, namespaces and objects are printed. Default: 20.")
  private int top = 20;

  KubeUsageCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** What a group of objects takes. */
  record GroupJson(String name, long objects, long bytes) {
    GroupJson plus(GroupJson other) {
      return new GroupJson(name, objects + other.objects, bytes + other.bytes);
    }
  }

  /** The document of {@code -o json}. */
  record UsageJson(
      long objects,
      long bytes,
      List<GroupJson> kinds,
      List<GroupJson> namespaces,
      List<GroupJson> largest) {}

  @Override
  public Integer call() throws UsageException, IOException {
    var reader = kube.objects();
    UsageJson usage =
        new OperandReader(root).whole(operand, (snapshot, access) -> usage(reader.read(snapshot)));
    Output output = root.output();
    if (output.isJson()) {
      output.json(usage);
      return ExitCode.DONE;
    }
    output.line(text(usage.objects(), usage.bytes()));
    print("kinds:", usage.kinds(), output);
    print("namespaces:", usage.namespaces(), output);
    output.line("largest objects:");
    usage
        .largest()
        .forEach(one -> output.line("  " + one.name() + ": " + Counted.of(one.bytes(), "byte")));
    return ExitCode.DONE;
  }

  private UsageJson usage(ObjectCursor objects) throws IOException {
    Map<String, GroupJson> kinds = new HashMap<>();
    Map<String, GroupJson> namespaces = new HashMap<>();
    PriorityQueue<GroupJson> largest =
        new PriorityQueue<>(Comparator.comparingLong(GroupJson::bytes));
    GroupJson all = new GroupJson("", 0, 0);
    while (objects.next()) {
      StoredObject object = objects.object();
      String kind = (object.apiVersion() + " " + object.kind()).strip();
      GroupJson one = new GroupJson(object.toString(), 1, objects.storedBytes());
      all = all.plus(one);
      add(kinds, kind.isEmpty() ? "(" + object.key().resource() + ")" : kind, one);
      add(namespaces, object.namespace().isEmpty() ? "(none)" : object.namespace(), one);
      largest.add(one);
      if (largest.size() > top) {
        largest.remove();
      }
    }
    return new UsageJson(
        all.objects(),
        all.bytes(),
        sorted(kinds.values()),
        sorted(namespaces.values()),
        sorted(largest));
  }

  private static void add(Map<String, GroupJson> groups, String name, GroupJson one) {
    String group = groups.size() < MAX_GROUPS || groups.containsKey(name) ? name : "(others)";
    groups.merge(group, new GroupJson(group, one.objects(), one.bytes()), GroupJson::plus);
  }

  private List<GroupJson> sorted(Iterable<GroupJson> groups) {
    List<GroupJson> sorted = new ArrayList<>();
    groups.forEach(sorted::add);
    sorted.sort(
        Comparator.comparingLong(GroupJson::bytes).reversed().thenComparing(GroupJson::name));
    return sorted.stream().limit(top).toList();
  }

  private static void print(String title, List<GroupJson> groups, Output output) {
    output.line(title);
    for (GroupJson one : groups) {
      output.line("  " + one.name() + ": " + text(one.objects(), one.bytes()));
    }
  }

  private static String text(long objects, long bytes) {
    return Counted.of(objects, "object") + ", " + Counted.of(bytes, "byte");
  }
}
