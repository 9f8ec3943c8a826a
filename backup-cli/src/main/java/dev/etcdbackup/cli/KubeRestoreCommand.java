package dev.etcdbackup.cli;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.LiveDiff;
import dev.etcdbackup.etcd.LiveRestore;
import dev.etcdbackup.etcd.LiveRestoreReport;
import dev.etcdbackup.kubernetes.objects.KubernetesObjects;
import dev.etcdbackup.kubernetes.objects.ObjectCursor;
import dev.etcdbackup.kubernetes.objects.OwnerReference;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import dev.etcdbackup.snapshot.DiffCursor;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.VerifyReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kube restore}. */
@Command(
    name = "restore",
    description =
        "Writes an object of a Kubernetes cluster back into the etcd of --etcd, byte for"
            + " byte as it was stored, with its uid; its resourceVersion becomes the new"
            + " revision. Ends with 1 and writes nothing when its namespace or its owner is"
            + " missing, or another object has the name.")
final class KubeRestoreCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Mixin private final KubeTarget target = new KubeTarget();

  @Mixin private final KubeOptions kube = new KubeOptions();

  @Option(
      names = "--replace",
      description = "Overwrite the same object, the one with the same uid, when it has changed.")
  private boolean replace;

  @Option(
      names = "--ignore-owners",
      description =
          "Restore it although none of its owners is in the cluster: Kubernetes then deletes it.")
  private boolean ignoreOwners;

  @Option(names = "--dry-run", description = "Check everything, and write nothing.")
  private boolean dryRun;

  KubeRestoreCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** What is in the cluster under a key of the snapshot. */
  private record Live(boolean isThere, boolean isSame, @Nullable StoredObject object) {}

  /** The result as {@code -o json} shows it. */
  record ResultJson(String object, String key, int bytes, String result) {}

  @Override
  public Integer call() throws UsageException, IOException {
    KubernetesObjects objects = kube.objects();
    EtcdConnection cluster = root.etcd.connection(root.etcd.required());
    return new OperandReader(root)
        .whole(
            target.operand(),
            (snapshot, access) -> {
              VerifyReport verified = snapshot.verify();
              if (!verified.ok()) {
                throw new CorruptBackupException(
                    "the snapshot is corrupt, nothing was restored: " + verified.problems().get(0));
              }
              Optional<KubeOptions.Found> found = target.find(objects.read(snapshot));
              return found.isEmpty()
                  ? root.failures().report("there is no " + target, ExitCode.NO)
                  : restore(new Cluster(snapshot, objects, cluster), found.get());
            });
  }

  private int restore(Cluster cluster, KubeOptions.Found found) throws IOException {
    Live live = cluster.at(found.etcdKey());
    if (live.isSame()) {
      return done(found, "unchanged");
    }
    String refusal = refusal(cluster, found.object(), live);
    if (refusal != null) {
      return root.failures().report(refusal + "; nothing was written", ExitCode.NO);
    }
    if (dryRun) {
      return done(found, (live.isThere() ? "replaced" : "created") + ", dry run");
    }
    String result = result(cluster.write(found.etcdKey(), live.isThere()));
    return result.isEmpty()
        ? root.failures()
            .report(
                target + " has come into the cluster meanwhile; nothing was written", ExitCode.NO)
        : done(found, result);
  }

  /** What was done; empty when the key was written by another client meanwhile and was kept. */
  static String result(LiveRestoreReport report) {
    if (report.kept() > 0) {
      return "";
    }
    return report.created() > 0 ? "created" : report.overwritten() > 0 ? "replaced" : "unchanged";
  }

  /** Why it must not be written; null when nothing is against it. */
  private @Nullable String refusal(Cluster cluster, StoredObject object, Live live)
      throws IOException {
    StoredObject other = live.object();
    if (live.isThere()) {
      if (other == null || other.uid().isEmpty() || !other.uid().equals(object.uid())) {
        return "another "
            + target
            + " is in the cluster, with the uid "
            + (other == null || other.uid().isEmpty() ? "(not known)" : other.uid())
            + " instead of "
            + (object.uid().isEmpty() ? "(not known)" : object.uid());
      }
      return replace
          ? null
          : target + " is in the cluster and has changed; --replace overwrites it";
    }
    String namespace = object.key().namespace();
    if (!namespace.isEmpty() && !cluster.at(namespaceKey(namespace)).isThere()) {
      return "the namespace " + namespace + " is not in the cluster; restore it before";
    }
    List<OwnerReference> owners = object.owners();
    if (ignoreOwners || owners.isEmpty() || cluster.hasOne(owners)) {
      return null;
    }
    return "its owner "
        + owners.get(0)
        + " is not in the cluster with the uid "
        + owners.get(0).uid()
        + ", so Kubernetes would delete it; restore the owner before, or use"
        + " 'kube get --for-apply'";
  }

  private byte[] namespaceKey(String namespace) {
    return (kube.prefix() + "namespaces/" + namespace).getBytes(StandardCharsets.UTF_8);
  }

  private int done(KubeOptions.Found found, String result) {
    Output output = root.output();
    String key = BytesText.shown(found.etcdKey());
    if (output.isJson()) {
      output.json(new ResultJson(found.object().toString(), key, found.bytes(), result));
    } else {
      output.line(found.object() + " " + result + ": " + key + ", " + found.bytes() + " bytes");
    }
    return ExitCode.DONE;
  }

  /** The running cluster, seen beside the snapshot. */
  private record Cluster(
      EtcdSnapshot snapshot, KubernetesObjects objects, EtcdConnection connection) {
    Live at(byte[] key) throws IOException {
      try (LiveDiff diff =
          LiveDiff.of(
              snapshot, KeyRange.of(key), Revision.LATEST, connection, DiffCommand.ANSWER)) {
        if (!diff.next()) { // both have it, or none
          boolean isThere = snapshot.get(key).isPresent();
          return new Live(isThere, isThere, null);
        }
        StoredObject object =
            diff.liveValue().map(value -> objects.decode(key, value)).orElse(null);
        return new Live(diff.change() != DiffCursor.Change.REMOVED, false, object);
      }
    }

    /** Whether one of the owners of an object is in the cluster, under the key it had. */
    boolean hasOne(List<OwnerReference> owners) throws IOException {
      ObjectCursor all = objects.read(snapshot);
      while (all.next()) {
        String name = all.key().name();
        if (owners.stream().noneMatch(owner -> owner.name().equals(name))) {
          continue;
        }
        String uid = all.object().uid();
        if (owners.stream().anyMatch(owner -> owner.uid().equals(uid))) {
          Live live = at(all.etcdKey());
          if (live.isSame() || isOf(live.object(), uid)) {
            return true;
          }
        }
      }
      return false;
    }

    private static boolean isOf(@Nullable StoredObject object, String uid) {
      return object != null && object.uid().equals(uid);
    }

    LiveRestoreReport write(byte[] key, boolean overwrite) throws IOException {
      LiveRestore.Mode mode = overwrite ? LiveRestore.Mode.OVERWRITE : LiveRestore.Mode.CREATE;
      return LiveRestore.builder(connection).mode(mode).build().restore(snapshot, KeyRange.of(key));
    }
  }
}
