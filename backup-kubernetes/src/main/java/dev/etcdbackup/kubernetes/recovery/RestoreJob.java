package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.BackupKey;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Makes the Jobs that restore the members' data. */
record RestoreJob(Members members, RestoreTool tool, String id) {
  /** On a Job: the attempt that made it. */
  static final String ATTEMPT = "etcdbackup.dev/attempt";

  private static final int LONGEST_NAME = 63; // a Job's name becomes a label of its pods
  private static final long DEFAULT_USER = 65532;
  private static final String DATA = "data";
  private static final String TEMPORARY = "tmp";

  /** The name of a member's Job, the same in each attempt. */
  String name(int index) {
    String set = members.cluster().name();
    String end = "-restore-" + id + "-" + index;
    int room = LONGEST_NAME - end.length();
    if (set.length() <= room) {
      return set + end;
    }
    CRC32 crc = new CRC32();
    crc.update(set.getBytes(StandardCharsets.UTF_8));
    return set.substring(0, room - 9) + "-" + String.format("%08x", crc.getValue()) + end;
  }

  Job of(int index, String claim, BackupKey backup, int attempt) {
    Map<String, String> labels = MemberClaims.labels(members.cluster().name(), id);
    return new JobBuilder()
        .withNewMetadata()
        .withNamespace(members.namespace())
        .withName(name(index))
        .withLabels(labels)
        .addToLabels(ATTEMPT, Integer.toString(attempt))
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(0)
        .withActiveDeadlineSeconds(tool.timeout().toSeconds())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withSpec(pod(index, claim, backup))
        .endTemplate()
        .endSpec()
        .build();
  }

  private PodSpec pod(int index, String claim, BackupKey backup) {
    PodSpec etcd = members.set().getSpec().getTemplate().getSpec();
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withEnableServiceLinks(false)
        .withAutomountServiceAccountToken(tool.serviceAccount().isPresent())
        .withServiceAccountName(tool.serviceAccount().orElse(null))
        .withImagePullSecrets(etcd.getImagePullSecrets())
        .withNodeSelector(etcd.getNodeSelector())
        .withTolerations(etcd.getTolerations())
        .withAffinity(nodeAffinity(etcd.getAffinity()))
        .withSecurityContext(security(etcd.getSecurityContext()))
        .withContainers(container(index, backup))
        .withVolumes(volumes(claim))
        .build();
  }

  /** The nodes that the members may run on, since volumes may not move to others. */
  private static @Nullable Affinity nodeAffinity(@Nullable Affinity of) {
    return of == null || of.getNodeAffinity() == null
        ? null
        : new AffinityBuilder().withNodeAffinity(of.getNodeAffinity()).build();
  }

  private PodSecurityContext security(@Nullable PodSecurityContext pod) {
    var container = members.container().getSecurityContext();
    Long named = container == null ? null : container.getRunAsUser();
    Long ofPod = pod == null ? null : pod.getRunAsUser();
    long found = named != null ? named : ofPod != null ? ofPod : 0;
    long user = tool.user().orElse(found > 0 ? found : DEFAULT_USER);
    Long group = pod == null ? null : pod.getRunAsGroup();
    Long files = pod == null ? null : pod.getFsGroup();
    PodSecurityContext security = new PodSecurityContext();
    security.setRunAsNonRoot(true);
    security.setRunAsUser(user);
    security.setRunAsGroup(group != null && group > 0 ? group : user);
    security.setFsGroup(files != null && files > 0 ? files : user);
    security.setSeccompProfile(
        new io.fabric8.kubernetes.api.model.SeccompProfileBuilder()
            .withType("RuntimeDefault")
            .build());
    return security;
  }

  private Container container(int index, BackupKey backup) {
    return new ContainerBuilder()
        .withName("restore")
        .withImage(tool.image())
        .withArgs(arguments(index, backup))
        .withEnv(environment())
        .withEnvFrom(credentials())
        .withResources(resources())
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .withVolumeMounts(mounts())
        .build();
  }

  private List<String> arguments(int index, BackupKey backup) {
    List<String> arguments = new ArrayList<>(List.of("restore", backup.toString()));
    arguments.addAll(tool.storeArguments());
    arguments.addAll(
        List.of(
            "--data-dir",
            members.dataDir(),
            "--name",
            members.pod(index),
            "--initial-cluster",
            members.initialCluster(),
            // Not that of the old cluster: its members cannot join by mistake.
            "--initial-cluster-token",
            "restore-" + id,
            "--initial-advertise-peer-urls",
            members.peerUrl(index)));
    arguments.addAll(tool.options());
    return arguments;
  }

  private List<EnvVar> environment() {
    List<EnvVar> variables = new ArrayList<>();
    tool.environment()
        .forEach(
            (name, value) ->
                variables.add(new EnvVarBuilder().withName(name).withValue(value).build()));
    tool.references()
        .forEach(
            (name, entry) ->
                variables.add(
                    new EnvVarBuilder()
                        .withName(name)
                        .withNewValueFrom()
                        .withNewSecretKeyRef(entry.key(), entry.secret(), false)
                        .endValueFrom()
                        .build()));
    return variables;
  }

  private List<EnvFromSource> credentials() {
    return tool.credentials().stream()
        .map(
            secret -> new EnvFromSourceBuilder().withNewSecretRef().withName(secret).endSecretRef())
        .map(EnvFromSourceBuilder::build)
        .toList();
  }

  private ResourceRequirements resources() {
    ResourceRequirements given = tool.resources();
    return given != null
        ? given
        : new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity("100m"))
            .addToRequests("memory", new Quantity("256Mi"))
            .addToLimits("memory", new Quantity("1Gi"))
            .build();
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(
        new VolumeMountBuilder()
            .withName(DATA)
            .withMountPath(members.mount().getMountPath())
            .withSubPath(members.mount().getSubPath())
            .build());
    mounts.add(new VolumeMountBuilder().withName(TEMPORARY).withMountPath("/tmp").build());
    for (int i = 0; i < tool.mounts().size(); i++) {
      mounts.add(
          new VolumeMountBuilder()
              .withName("mount-" + i)
              .withMountPath(tool.mounts().get(i).path())
              .withReadOnly(true)
              .build());
    }
    return mounts;
  }

  private List<Volume> volumes(String claim) {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName(DATA)
            .withNewPersistentVolumeClaim()
            .withClaimName(claim)
            .endPersistentVolumeClaim()
            .build());
    volumes.add(new VolumeBuilder().withName(TEMPORARY).withNewEmptyDir().endEmptyDir().build());
    for (int i = 0; i < tool.mounts().size(); i++) {
      RestoreTool.Mount mount = tool.mounts().get(i);
      VolumeBuilder volume = new VolumeBuilder().withName("mount-" + i);
      volumes.add(
          mount.secret()
              ? volume.withNewSecret().withSecretName(mount.name()).endSecret().build()
              : volume.withNewPersistentVolumeClaim(mount.name(), true).build());
    }
    return volumes;
  }
}
