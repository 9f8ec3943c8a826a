package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.internal.Counted;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Runs a step of a restore. Each method may be called again after it was interrupted anywhere. */
final class RestoreRun {
  private static final String RETENTION = "etcdbackup.dev/claim-retention";
  private static final String KEPT = "Retain";

  private final KubernetesClient client;
  private final Members members;
  private final RestoreState state;
  private final MemberClaims claims;
  private final VolumeSwap volumes;
  private final RestoreJob jobs;
  private final RestoreAttempt attempt;
  private final MemberChecks checks;
  private final List<Dependant> dependants;

  RestoreRun(
      KubernetesClient client,
      Members members,
      RestoreTool tool,
      RestoreState state,
      Function<URI, EtcdConnection> connections,
      List<Dependant> dependants) {
    this.client = client;
    this.members = members;
    this.state = state;
    this.claims =
        new MemberClaims(client, members.namespace(), members.cluster().name(), state.id());
    this.volumes = new VolumeSwap(members, claims, state.id(), state.backup().isPresent());
    this.jobs = new RestoreJob(members, tool, state.id());
    this.attempt = new RestoreAttempt(client, members, claims, volumes, jobs, state.attempt());
    this.checks = new MemberChecks(members, connections);
    this.dependants = dependants;
  }

  /**
   * The result of a call of a step.
   *
   * @param done whether the step is complete
   * @param message what was done, or is waited for
   */
  record Result(boolean done, String message) {
    static Result done(String message) {
      return new Result(true, message);
    }

    static Result waiting(String what) {
      return new Result(false, what);
    }
  }

  Result run() throws IOException {
    return switch (state.step()) {
      case PROTECT -> protect();
      case STOP -> stop();
      case RESTORE_DATA -> restoreData();
      case SWAP_VOLUMES -> swapVolumes();
      case START -> scaleTo(state.members(), "started " + Counted.of(state.members(), "member"));
      case AWAIT_HEALTHY -> awaitHealthy();
      case COMPARE -> compare();
      case RESTART_DEPENDANTS -> restartDependants();
      case FINISH -> finish();
      case ROLL_BACK -> rollBack();
      case DONE, ROLLED_BACK -> Result.done(state.message());
    };
  }

  private Result protect() throws ClusterRestoreException {
    String other = annotations(members.set()).get(MemberClaims.RESTORE);
    if (other != null && !other.equals(state.id())) {
      throw failure(
          "restore "
              + other
              + " of StatefulSet "
              + members.cluster()
              + " is under way; finish it or roll it back, or remove the annotation "
              + MemberClaims.RESTORE);
    }
    editSet(this::protectedSet);
    int kept = 0;
    for (int i = 0; i < members.count(); i++) {
      PersistentVolumeClaim claim = claims.get(members.claim(i));
      String volume = claim == null ? null : claim.getSpec().getVolumeName();
      if (volume != null && claims.keep(volume)) {
        kept++;
      }
    }
    return Result.done(kept + " volumes are kept whatever becomes of their claims");
  }

  private StatefulSet protectedSet(StatefulSet set) {
    var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
    StatefulSetBuilder protectedSet =
        new StatefulSetBuilder(set)
            .editMetadata()
            .addToAnnotations(MemberClaims.RESTORE, state.id())
            .endMetadata();
    if (policy == null || annotations(set).containsKey(RETENTION)) {
      return protectedSet.build();
    }
    return protectedSet
        .editMetadata()
        .addToAnnotations(RETENTION, policy.getWhenDeleted() + "," + policy.getWhenScaled())
        .endMetadata()
        .editSpec()
        .withNewPersistentVolumeClaimRetentionPolicy(KEPT, KEPT)
        .endSpec()
        .build();
  }

  private StatefulSet released(StatefulSet set) {
    String retention = annotations(set).get(RETENTION);
    StatefulSetBuilder released =
        new StatefulSetBuilder(set)
            .editMetadata()
            .removeFromAnnotations(MemberClaims.RESTORE)
            .removeFromAnnotations(RETENTION)
            .endMetadata();
    if (retention == null) {
      return released.build();
    }
    String[] policies = retention.split(",", -1);
    return released
        .editSpec()
        .withNewPersistentVolumeClaimRetentionPolicy(policies[0], policies[1])
        .endSpec()
        .build();
  }

  private Result stop() {
    scaleTo(0, "");
    List<String> left =
        client
            .pods()
            .inNamespace(members.namespace())
            .withLabelSelector(members.set().getSpec().getSelector())
            .list()
            .getItems()
            .stream()
            .map(pod -> pod.getMetadata().getName())
            .filter(name -> name.matches(Pattern.quote(members.cluster().name()) + "-\\d+"))
            .toList();
    return left.isEmpty()
        ? Result.done("all members are stopped")
        : Result.waiting("pods " + String.join(", ", left) + " to end");
  }

  private Result scaleTo(int replicas, String message) {
    editSet(
        set ->
            Integer.valueOf(replicas).equals(set.getSpec().getReplicas())
                ? set
                : new StatefulSetBuilder(set).editSpec().withReplicas(replicas).endSpec().build());
    return Result.done(message);
  }

  private Result restoreData() throws ClusterRestoreException {
    if (state.backup().isEmpty()) {
      return Result.done("the cluster starts without data");
    }
    RestoreAttempt.Progress progress = attempt.advance(state.backup().get());
    if (!progress.failed().isEmpty()) {
      throw failure("Jobs failed, see their pods' logs: " + String.join("; ", progress.failed()));
    }
    return progress.running().isEmpty()
        ? Result.done("restored the data of " + Counted.of(members.count(), "member"))
        : Result.waiting("Jobs " + String.join(", ", progress.running()) + " to complete");
  }

  /** What would be created, in this order. */
  List<HasMetadata> manifests() {
    List<HasMetadata> manifests = new ArrayList<>();
    for (int i = 0; i < members.count() && state.backup().isPresent(); i++) {
      manifests.add(attempt.stagingClaim(i));
      manifests.add(jobs.of(i, volumes.staging(i), state.backup().get(), state.attempt()));
    }
    for (int i = 0; i < members.count(); i++) {
      PersistentVolumeClaim old = claims.get(members.claim(i));
      if (old != null) {
        manifests.add(claims.named(volumes.before(i), old, MemberClaims.Role.OLD));
      }
    }
    return manifests;
  }

  /** What each step would do. */
  List<String> lines() {
    String set = "StatefulSet " + members.cluster();
    List<String> lines = new ArrayList<>();
    members.remarks().forEach(remark -> lines.add("CONSIDER " + remark));
    String old = members.claim(0) + " …";
    lines.add("PROTECT: keep the volumes of " + old + " whatever becomes of their claims");
    lines.add("STOP: scale " + set + " to 0 and wait until its pods are gone");
    lines.add(
        state
            .backup()
            .map(
                key ->
                    "RESTORE_DATA: restore "
                        + key
                        + " to "
                        + members.dataDir()
                        + " in "
                        + members.count()
                        + " new volumes, by Jobs "
                        + jobs.name(0)
                        + " …")
            .orElse("RESTORE_DATA: nothing, the cluster starts without data"));
    lines.add(
        "SWAP_VOLUMES: bind the old volumes to "
            + volumes.before(0)
            + " …, the new ones to "
            + old);
    lines.add("START: scale " + set + " to " + members.count());
    lines.add("AWAIT_HEALTHY: write through " + members.clientUrl(0) + " …");
    lines.add(
        state.hash().isPresent()
            ? "COMPARE: HashKV of all members with the backup"
            : "COMPARE: HashKV of all members with each other");
    lines.add("RESTART_DEPENDANTS: " + (dependants.isEmpty() ? "none" : dependants));
    lines.add("FINISH: give the new volumes their reclaim policy; the old volumes are kept");
    return lines;
  }

  private Result swapVolumes() throws ClusterRestoreException {
    requireStopped();
    for (int i = 0; i < members.count(); i++) {
      attempt.deleteJob(i); // a claim is in use while a pod of a completed Job exists
    }
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < members.count(); i++) {
      volumes.swap(i).ifPresent(waiting::add);
    }
    return waiting.isEmpty()
        ? Result.done("the old volumes are bound to claims that end with -before-" + state.id())
        : Result.waiting(String.join("; ", waiting));
  }

  private void requireStopped() throws ClusterRestoreException {
    Integer replicas = members.set().getSpec().getReplicas();
    if (replicas == null || replicas != 0) {
      throw failure(
          "StatefulSet "
              + members.cluster()
              + " has "
              + replicas
              + " replicas instead of 0; have what manages it stop that, scale it down and try again");
    }
  }

  private Result awaitHealthy() throws IOException {
    return checks
        .unhealthy("etcd-backup/restore/" + state.id())
        .map(Result::waiting)
        .orElseGet(() -> Result.done("all members accept writes"));
  }

  private Result compare() throws IOException {
    MemberChecks.Comparison found = checks.compare(state.hash());
    if (found instanceof MemberChecks.Comparison.Different different) {
      throw failure(different.problem());
    }
    return found instanceof MemberChecks.Comparison.Equal equal
        ? Result.done(equal.message())
        : Result.waiting(((MemberChecks.Comparison.NotYet) found).reason());
  }

  private Result restartDependants() {
    dependants.forEach(one -> one.restart(client, members.namespace(), state.id()));
    return Result.done(state.message()); // what was compared
  }

  private Result finish() {
    editSet(this::released);
    volumes.releaseNew();
    return Result.done(state.message()); // what was compared
  }

  private Result rollBack() throws ClusterRestoreException {
    for (int i = 0; i < members.count(); i++) {
      volumes.requireMovable(i);
    }
    Result unused = protect(); // also after DONE, when scaling down may delete claims again
    Result stopped = stop();
    if (!stopped.done()) {
      return stopped;
    }
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < members.count(); i++) {
      attempt.deleteJob(i);
      volumes.moveBack(i).ifPresent(waiting::add);
    }
    if (!waiting.isEmpty()) {
      return Result.waiting(String.join("; ", waiting));
    }
    for (int i = 0; i < members.count(); i++) {
      claims.delete(volumes.staging(i)); // a copy of the backup that was never in use
      volumes.release(i);
    }
    scaleTo(state.members(), "");
    editSet(this::released);
    return Result.done("the StatefulSet has its old volumes");
  }

  /** See {@link VolumeSwap#discardOld}. */
  void discardOld() {
    volumes.discardOld();
  }

  private void editSet(UnaryOperator<StatefulSet> change) {
    client
        .apps()
        .statefulSets()
        .inNamespace(members.namespace())
        .withName(members.cluster().name())
        .edit(change);
  }

  private static Map<String, String> annotations(StatefulSet set) {
    Map<String, String> annotations = set.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }

  private ClusterRestoreException failure(String problem) {
    return new ClusterRestoreException(state.step(), problem);
  }
}
