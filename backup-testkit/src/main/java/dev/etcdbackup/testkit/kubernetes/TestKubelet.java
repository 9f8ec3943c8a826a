package dev.etcdbackup.testkit.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Stands in for what acts on the objects of one namespace of an API server, which may be a mock:
 * binds claims to volumes, which are directories, protects claims that are in use, deletes volumes
 * by their reclaim policy, scales StatefulSets and runs Jobs.
 *
 * <p>The first container of a pod counts. Its data directory is what the argument after {@code
 * --data-dir} names, on the volume mount {@code data}; of a StatefulSet, that is the volume of its
 * first claim template. A pod starts when its claim is bound and runs until it is scaled away; what
 * its container does is left to {@link Pods}. A Job runs once, when its claim is bound.
 *
 * <p>Nothing happens by itself: call {@link #sync} whenever the cluster is to act. Requires {@code
 * io.fabric8:kubernetes-client-api} on the class path. For one thread.
 */
public final class TestKubelet {
  private static final String PROTECTION = "kubernetes.io/pvc-protection";

  private final KubernetesClient client;
  private final String namespace;
  private final Path directory;
  private final Pods pods;
  private final Jobs jobs;
  private final Set<String> running = new HashSet<>();
  private final List<String> deletedVolumes = new ArrayList<>();
  private int volumes;

  /**
   * Creates it. Asks nothing of the API server yet.
   *
   * @param client the client of the API server; not closed
   * @param namespace the namespace; objects of others are left alone
   * @param directory an existing directory for the volumes
   * @param pods runs the containers of StatefulSets
   * @param jobs runs the containers of Jobs
   */
  public TestKubelet(
      KubernetesClient client, String namespace, Path directory, Pods pods, Jobs jobs) {
    this.client = client;
    this.namespace = namespace;
    this.directory = directory;
    this.pods = pods;
    this.jobs = jobs;
  }

  /** Runs the containers of the pods of StatefulSets. */
  public interface Pods {
    /**
     * Starts the container of a pod.
     *
     * @param index the number at the end of the pod's name
     * @param dataDir the data directory, outside of the pod
     * @throws IOException when it cannot be started, which {@link TestKubelet#sync} throws
     */
    void start(int index, Path dataDir) throws IOException;

    /**
     * Ends the container of a pod, if it runs, and returns when it has ended.
     *
     * @param index the number at the end of the pod's name
     * @throws IOException when it cannot be ended, which {@link TestKubelet#sync} throws
     */
    void stop(int index) throws IOException;
  }

  /** Runs the containers of Jobs. */
  public interface Jobs {
    /**
     * Runs the container of a Job to its end.
     *
     * @param pod the specification of the Job's pod
     * @param dataDir the data directory, outside of the pod
     * @throws IOException when the container failed: so does the Job, with this message
     */
    void run(PodSpec pod, Path dataDir) throws IOException;
  }

  /**
   * Returns the volumes that were deleted, with their data.
   *
   * @return the names of the volumes
   */
  public List<String> deletedVolumes() {
    return List.copyOf(deletedVolumes);
  }

  /**
   * Returns the directory of the volume that a claim is bound to.
   *
   * @param claim the name of the claim
   * @return the directory
   */
  public Path directoryOf(String claim) {
    PersistentVolumeClaim found =
        client.persistentVolumeClaims().inNamespace(namespace).withName(claim).get();
    return directory.resolve(found.getSpec().getVolumeName());
  }

  /**
   * Acts once on all objects of the namespace.
   *
   * @throws IOException when a container cannot be started or ended, or a volume not be made or
   *     deleted
   */
  public void sync() throws IOException {
    for (StatefulSet set : client.apps().statefulSets().inNamespace(namespace).list().getItems()) {
      scaleDown(set);
    }
    syncClaims();
    for (StatefulSet set : client.apps().statefulSets().inNamespace(namespace).list().getItems()) {
      scaleUp(set);
    }
    for (Job job : client.batch().v1().jobs().inNamespace(namespace).list().getItems()) {
      if (job.getStatus() == null || job.getStatus().getConditions().isEmpty()) {
        run(job);
      }
    }
    syncClaims();
  }

  private void scaleDown(StatefulSet set) throws IOException {
    String name = set.getMetadata().getName();
    int replicas = set.getSpec().getReplicas();
    for (Pod pod : client.pods().inNamespace(namespace).withLabel("set", name).list().getItems()) {
      int index = Integer.parseInt(pod.getMetadata().getName().substring(name.length() + 1));
      if (index < replicas) {
        continue;
      }
      pods.stop(index);
      running.remove(pod.getMetadata().getName());
      client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).delete();
      var retention = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
      if (retention != null && "Delete".equals(retention.getWhenScaled())) {
        client.persistentVolumeClaims().inNamespace(namespace).withName(claim(set, index)).delete();
      }
    }
  }

  private static String claim(StatefulSet set, int index) {
    String template = set.getSpec().getVolumeClaimTemplates().get(0).getMetadata().getName();
    return template + "-" + set.getMetadata().getName() + "-" + index;
  }

  private void scaleUp(StatefulSet set) throws IOException {
    for (int i = 0; i < set.getSpec().getReplicas(); i++) {
      String name = set.getMetadata().getName() + "-" + i;
      var claims = client.persistentVolumeClaims().inNamespace(namespace);
      PersistentVolumeClaim claim = claims.withName(claim(set, i)).get();
      if (claim == null) {
        PersistentVolumeClaim template = set.getSpec().getVolumeClaimTemplates().get(0);
        claims
            .resource(
                new PersistentVolumeClaimBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName(claim(set, i))
                    .withLabels(set.getSpec().getSelector().getMatchLabels())
                    .endMetadata()
                    .withSpec(template.getSpec())
                    .build())
            .create();
      } else if (isBound(claim) && !running.contains(name)) {
        client.pods().inNamespace(namespace).resource(pod(set, name, claim(set, i))).create();
        running.add(name);
        PodSpec spec = set.getSpec().getTemplate().getSpec();
        pods.start(i, dataDir(spec, claim.getSpec().getVolumeName(), "data"));
      }
    }
  }

  private Pod pod(StatefulSet set, String name, String claim) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withLabels(new HashMap<>(set.getSpec().getSelector().getMatchLabels()))
        .addToLabels("set", set.getMetadata().getName())
        .endMetadata()
        .withNewSpec()
        .withVolumes(claimVolume(claim))
        .endSpec()
        .build();
  }

  private static Volume claimVolume(String claim) {
    Volume volume = new Volume();
    volume.setName("data");
    volume.setPersistentVolumeClaim(
        new io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource(claim, false));
    return volume;
  }

  /** The directory that the data directory of the first container is, outside of it. */
  private Path dataDir(PodSpec spec, String volume, String mountName) {
    VolumeMount mount =
        spec.getContainers().get(0).getVolumeMounts().stream()
            .filter(one -> one.getName().equals(mountName))
            .findFirst()
            .orElseThrow();
    Path mounted = directory.resolve(volume);
    if (mount.getSubPath() != null) {
      mounted = mounted.resolve(mount.getSubPath());
    }
    List<String> arguments = spec.getContainers().get(0).getArgs();
    String inside = arguments.get(arguments.indexOf("--data-dir") + 1);
    return mounted.resolve(Path.of(mount.getMountPath()).relativize(Path.of(inside)).toString());
  }

  private void run(Job job) {
    PodSpec spec = job.getSpec().getTemplate().getSpec();
    String claimName =
        spec.getVolumes().stream()
            .filter(volume -> volume.getName().equals("data"))
            .map(volume -> volume.getPersistentVolumeClaim().getClaimName())
            .findFirst()
            .orElseThrow();
    PersistentVolumeClaim claim =
        client.persistentVolumeClaims().inNamespace(namespace).withName(claimName).get();
    if (claim == null || !isBound(claim)) {
      return;
    }
    String failure = "";
    try {
      jobs.run(spec, dataDir(spec, claim.getSpec().getVolumeName(), "data"));
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    var status =
        new JobStatusBuilder()
            .addNewCondition()
            .withType(failure.isEmpty() ? "Complete" : "Failed")
            .withStatus("True")
            .withMessage(failure)
            .endCondition()
            .build();
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(job.getMetadata().getName())
        .editStatus(one -> new JobBuilder(one).withStatus(status).build());
  }

  private static boolean isBound(PersistentVolumeClaim claim) {
    return claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
  }

  private void syncClaims() throws IOException {
    Set<String> used = claimsInUse();
    Map<String, String> uids = new HashMap<>(); // of claims that exist
    var claims = client.persistentVolumeClaims().inNamespace(namespace);
    for (PersistentVolumeClaim claim : claims.list().getItems()) {
      String name = claim.getMetadata().getName();
      if (claim.getMetadata().getDeletionTimestamp() != null) {
        if (!used.contains(name)) {
          claims
              .withName(name)
              .edit(
                  one ->
                      new PersistentVolumeClaimBuilder(one)
                          .editMetadata()
                          .withFinalizers(List.of())
                          .endMetadata()
                          .build());
          continue;
        }
      } else if (!claim.getMetadata().getFinalizers().contains(PROTECTION)) {
        claims
            .withName(name)
            .edit(
                one ->
                    new PersistentVolumeClaimBuilder(one)
                        .editMetadata()
                        .addToFinalizers(PROTECTION)
                        .endMetadata()
                        .build());
      }
      uids.put(name, claim.getMetadata().getUid());
      if (!isBound(claim)) {
        bind(claim);
      }
    }
    reclaim(uids);
  }

  private Set<String> claimsInUse() {
    Set<String> used = new HashSet<>();
    Stream<PodSpec> pods =
        client.pods().inNamespace(namespace).list().getItems().stream().map(Pod::getSpec);
    Stream<PodSpec> jobs =
        client.batch().v1().jobs().inNamespace(namespace).list().getItems().stream()
            .map(job -> job.getSpec().getTemplate().getSpec());
    Stream.concat(pods, jobs)
        .flatMap(spec -> spec.getVolumes().stream())
        .filter(volume -> volume.getPersistentVolumeClaim() != null)
        .forEach(volume -> used.add(volume.getPersistentVolumeClaim().getClaimName()));
    return used;
  }

  private void bind(PersistentVolumeClaim claim) throws IOException {
    String name = claim.getMetadata().getName();
    String volume = claim.getSpec().getVolumeName();
    if (volume == null) {
      volume = "pv-" + ++volumes;
      Files.createDirectories(directory.resolve(volume));
      client.persistentVolumes().resource(volume(volume, claim)).create();
    } else {
      PersistentVolume found = client.persistentVolumes().withName(volume).get();
      ObjectReference reference = found == null ? null : found.getSpec().getClaimRef();
      if (reference == null
          || !name.equals(reference.getName())
          || !claim.getMetadata().getUid().equals(reference.getUid())) {
        return; // pending
      }
    }
    String bound = volume;
    var claims = client.persistentVolumeClaims().inNamespace(namespace).withName(name);
    claims.edit(
        one ->
            new PersistentVolumeClaimBuilder(one)
                .editSpec()
                .withVolumeName(bound)
                .endSpec()
                .build());
    claims.editStatus(
        one ->
            new PersistentVolumeClaimBuilder(one)
                .withNewStatus()
                .withPhase("Bound")
                .endStatus()
                .build());
  }

  private PersistentVolume volume(String name, PersistentVolumeClaim claim) {
    return new PersistentVolumeBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withPersistentVolumeReclaimPolicy("Delete")
        .withClaimRef(
            new ObjectReferenceBuilder()
                .withNamespace(namespace)
                .withName(claim.getMetadata().getName())
                .withUid(claim.getMetadata().getUid())
                .build())
        .endSpec()
        .build();
  }

  /** Deletes volumes whose claim is gone, unless they are to be retained. */
  private void reclaim(Map<String, String> uids) throws IOException {
    for (PersistentVolume volume : client.persistentVolumes().list().getItems()) {
      ObjectReference reference = volume.getSpec().getClaimRef();
      if (reference == null || !namespace.equals(reference.getNamespace())) {
        continue; // not claimed yet, or of another namespace
      }
      boolean claimed = reference.getUid().equals(uids.get(reference.getName()));
      if (claimed || "Retain".equals(volume.getSpec().getPersistentVolumeReclaimPolicy())) {
        continue;
      }
      String name = volume.getMetadata().getName();
      client.persistentVolumes().withName(name).delete();
      deletedVolumes.add(name);
      try (Stream<Path> files = Files.walk(directory.resolve(name))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
