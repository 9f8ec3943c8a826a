package dev.etcdbackup.cli;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.kubernetes.objects.Manifest;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kube get}. */
@Command(
    name = "get",
    description =
        "Prints an object of a Kubernetes cluster in a snapshot, in YAML or with -o json, as"
            + " Kubernetes' own serializer shows what is stored. Ends with 1 when there is none.")
final class KubeGetCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Mixin private final KubeTarget target = new KubeTarget();

  @Mixin private final KubeOptions kube = new KubeOptions();

  @Option(
      names = "--show-secrets",
      description = "Print the values of a Secret; they are hidden otherwise.")
  private boolean showSecrets;

  @Option(
      names = "--for-apply",
      description =
          "Omit what API servers and controllers set (status, uid, times, managedFields,"
              + " ownerReferences …), for 'kubectl apply -f -'.")
  private boolean forApply;

  KubeGetCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    var reader = kube.objects();
    return new OperandReader(root)
        .whole(
            target.operand(),
            (snapshot, access) -> {
              Optional<KubeOptions.Found> found = target.find(reader.read(snapshot));
              if (found.isEmpty()) {
                return root.failures().report("there is no " + target, ExitCode.NO);
              }
              print(found.get().object());
              return ExitCode.DONE;
            });
  }

  private void print(StoredObject object) throws IOException {
    if (object.form() == StoredObject.Form.ENCRYPTED) {
      throw new KeyUnavailableException(target + " " + object.problem().orElse(""));
    }
    Manifest manifest =
        object
            .manifest()
            .orElseThrow(
                () -> new CorruptBackupException(target + " " + object.problem().orElse("")));
    if (object.unknownFields() > 0) {
      root.warn(object.unknownFields() + " stored fields are not known and not shown");
    }
    manifest = showSecrets ? manifest : manifest.withHiddenSecrets();
    manifest = forApply ? manifest.withoutServerFields() : manifest;
    Output output = root.output();
    if (output.isJson()) {
      output.json(manifest.fields());
    } else {
      output.document(YamlText.of(manifest.fields()));
    }
  }
}
