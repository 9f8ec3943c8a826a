package dev.etcdbackup.cli;

import dev.etcdbackup.kubernetes.objects.ObjectCursor;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** One object of a snapshot: the parameters that name it. */
final class KubeTarget {
  @Parameters(index = "0", paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Parameters(
      index = "1",
      paramLabel = "KIND",
      description =
          "The kind or its resource: Deployment, deployments; with its group where there are"
              + " several of the name: Certificate.cert-manager.io.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String kind;

  @Parameters(
      index = "2",
      paramLabel = "NAMESPACE/NAME",
      description = "The object; only NAME for one that is in no namespace.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  SnapshotOperand operand() {
    return operand;
  }

  /**
   * Finds the object. Only values whose keys have the name are read.
   *
   * @throws UsageException when there are several
   */
  Optional<KubeOptions.Found> find(ObjectCursor objects) throws UsageException, IOException {
    int slash = name.indexOf('/');
    String namespace = slash < 0 ? "" : name.substring(0, slash);
    String simple = name.substring(slash + 1);
    KubeOptions.@Nullable Found found = null;
    while (objects.next()) {
      if (!objects.key().namespace().equals(namespace) || !objects.key().name().equals(simple)) {
        continue;
      }
      KubeOptions.Found next = KubeOptions.Found.at(objects);
      if (!next.object().isOf(kind)) {
        continue;
      }
      if (found != null) {
        throw new UsageException(
            "there are several: "
                + versioned(found.object())
                + " and "
                + versioned(next.object())
                + "; write KIND.GROUP");
      }
      found = next;
    }
    return Optional.ofNullable(found);
  }

  private static String versioned(StoredObject object) {
    return object.apiVersion() + " " + object;
  }

  @Override
  public String toString() {
    return kind + " " + name;
  }
}
