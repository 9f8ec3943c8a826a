package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.kubernetes.objects.Encryption;
import dev.etcdbackup.kubernetes.objects.ObjectCursor;
import dev.etcdbackup.kubernetes.objects.OwnerReference;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kube list}. */
@Command(
    name = "list",
    description =
        "Prints the objects of a Kubernetes cluster in a snapshot, one a line: API version, kind,"
            + " namespace and name, size in etcd, and the owner. What cannot be decoded is listed"
            + " with the reason.")
final class KubeListCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Mixin private final KubeOptions kube = new KubeOptions();

  @Option(names = "--namespace", paramLabel = "N", description = "Only in this namespace.")
  private @Nullable String namespace;

  @Option(
      names = "--kind",
      paramLabel = "K",
      description = "Only of this kind or resource: Deployment, deployments, Widget.example.com.")
  private @Nullable String kind;

  KubeListCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** An owner as {@code -o json} shows it. */
  record OwnerJson(String kind, String name, String uid, boolean controller) {
    static OwnerJson of(OwnerReference owner) {
      return new OwnerJson(owner.kind(), owner.name(), owner.uid(), owner.controller());
    }
  }

  /** An object as {@code -o json} shows it; what is not known is left out. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record ObjectJson(
      String apiVersion,
      String kind,
      String resource,
      String namespace,
      String name,
      String uid,
      List<OwnerJson> owners,
      int bytes,
      long modRevision,
      String storedAs,
      @Nullable String encryptedWith,
      @Nullable String problem) {
    static ObjectJson of(StoredObject object, ObjectCursor at) {
      return new ObjectJson(
          object.apiVersion(),
          object.kind(),
          object.key().resource(),
          object.namespace(),
          object.name(),
          object.uid(),
          object.owners().stream().map(OwnerJson::of).toList(),
          at.storedBytes(),
          at.modRevision(),
          object.form().name().toLowerCase(Locale.ROOT),
          object.encryption().map(Encryption::toString).orElse(null),
          object.problem().orElse(null));
    }
  }

  @Override
  public Integer call() throws UsageException, IOException {
    var reader = kube.objects();
    return new OperandReader(root)
        .whole(
            operand,
            (snapshot, access) -> {
              print(reader.read(snapshot));
              return ExitCode.DONE;
            });
  }

  private void print(ObjectCursor objects) throws IOException {
    Output output = root.output();
    Output.Rows rows = output.rows();
    while (objects.next()) {
      if (namespace != null && !objects.key().namespace().equals(namespace)) {
        continue;
      }
      StoredObject object = objects.object();
      if (kind != null && !object.isOf(kind)) {
        continue;
      }
      if (output.isJson()) {
        rows.json(ObjectJson.of(object, objects));
      } else {
        output.line(text(object, objects.storedBytes()));
      }
    }
    rows.end();
  }

  private static String text(StoredObject object, int bytes) {
    StringBuilder line = new StringBuilder();
    line.append(object.apiVersion().isEmpty() ? "" : object.apiVersion() + " ")
        .append(object)
        .append(", ")
        .append(bytes)
        .append(" bytes");
    object.owners().forEach(owner -> line.append(", owner ").append(owner));
    object.problem().ifPresent(problem -> line.append(", ").append(problem));
    return line.toString();
  }
}
