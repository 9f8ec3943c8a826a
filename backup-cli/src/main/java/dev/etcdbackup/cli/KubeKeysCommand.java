package dev.etcdbackup.cli;

import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.kubernetes.objects.Encryption;
import dev.etcdbackup.kubernetes.objects.ObjectCursor;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kube keys}. */
@Command(
    name = "keys",
    description =
        "Prints which encryption keys the API servers need to read this backup: provider and name"
            + " of the key, how many values, of which resources. With --encryption-config: whether"
            + " its keys decrypt them; ends with 1 when some are not decrypted.")
final class KubeKeysCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Mixin private final KubeOptions kube = new KubeOptions();

  KubeKeysCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A key as {@code -o json} shows it. */
  record KeyJson(
      String provider,
      String version,
      String key,
      long values,
      long decrypted,
      List<String> resources) {}

  /** What is encrypted with a key. */
  private static final class Use {
    private final TreeSet<String> resources = new TreeSet<>();
    private long values;
    private long decrypted;

    void add(StoredObject object) {
      values++;
      decrypted += object.form() == StoredObject.Form.ENCRYPTED ? 0 : 1;
      resources.add(object.key().resource());
    }
  }

  @Override
  public Integer call() throws UsageException, IOException {
    var reader = kube.objects();
    List<KeyJson> keys =
        new OperandReader(root).whole(operand, (snapshot, access) -> keys(reader.read(snapshot)));
    Output output = root.output();
    if (output.isJson()) {
      output.json(keys);
    } else if (keys.isEmpty()) {
      output.line("no value is encrypted");
    } else {
      keys.forEach(key -> output.line(text(key)));
    }
    boolean all = keys.stream().allMatch(key -> key.values() == key.decrypted());
    return all || !kube.hasKeys() ? ExitCode.DONE : ExitCode.NO;
  }

  private static List<KeyJson> keys(ObjectCursor objects) throws IOException {
    Map<Encryption, Use> uses = new TreeMap<>();
    while (objects.next()) {
      StoredObject object = objects.object();
      object
          .encryption()
          .ifPresent(how -> uses.computeIfAbsent(how, none -> new Use()).add(object));
    }
    List<KeyJson> keys = new ArrayList<>();
    uses.forEach(
        (how, use) ->
            keys.add(
                new KeyJson(
                    how.provider(),
                    how.version(),
                    how.keyName(),
                    use.values,
                    use.decrypted,
                    List.copyOf(use.resources))));
    return keys;
  }

  private String text(KeyJson key) {
    String decrypted = kube.hasKeys() ? ", " + key.decrypted() + " of them decrypted" : "";
    return key.provider()
        + " "
        + key.key()
        + ": "
        + Counted.of(key.values(), "value")
        + " of "
        + String.join(", ", key.resources())
        + decrypted;
  }
}
