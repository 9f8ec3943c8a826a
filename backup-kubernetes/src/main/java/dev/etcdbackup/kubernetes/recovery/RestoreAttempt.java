package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.BackupKey;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to restore the data of all members: a Job for each, and the claim that it writes to.
 * What an earlier attempt left is removed first.
 */
final class RestoreAttempt {
  private final KubernetesClient client;
  private final Members members;
  private final MemberClaims claims;
  private final VolumeSwap volumes;
  private final RestoreJob jobs;
  private final int number;

  RestoreAttempt(
      KubernetesClient client,
      Members members,
      MemberClaims claims,
      VolumeSwap volumes,
      RestoreJob jobs,
      int number) {
    this.client = client;
    this.members = members;
    this.claims = claims;
    this.volumes = volumes;
    this.jobs = jobs;
    this.number = number;
  }

  /**
   * How far the Jobs are.
   *
   * @param running the names of those that are not complete
   * @param failed those that failed, with the reasons
   */
  record Progress(List<String> running, List<String> failed) {}

  /** Creates what is missing and looks at the rest; may be called again at any time. */
  Progress advance(BackupKey backup) {
    List<String> running = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (int i = 0; i < members.count(); i++) {
      Job job = job(i);
      if (job != null && failedEarlier(job)) {
        job = removeAttempt(i) ? null : job;
      }
      if (job == null) {
        createAttempt(i, backup);
        running.add(jobs.name(i));
      } else if (hasEnded(job, "Failed") && !failedEarlier(job)) {
        failed.add(jobs.name(i) + ": " + reason(job));
      } else if (!hasEnded(job, "Complete")) {
        running.add(jobs.name(i));
      }
    }
    return new Progress(running, failed);
  }

  private @Nullable Job job(int index) {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(members.namespace())
        .withName(jobs.name(index))
        .get();
  }

  private boolean failedEarlier(Job job) {
    String made = job.getMetadata().getLabels().get(RestoreJob.ATTEMPT);
    return hasEnded(job, "Failed") && !Integer.toString(number).equals(made);
  }

  private static boolean hasEnded(Job job, String how) {
    return job.getStatus() != null
        && job.getStatus().getConditions().stream()
            .anyMatch(one -> one.getType().equals(how) && "True".equals(one.getStatus()));
  }

  private static String reason(Job job) {
    return job.getStatus().getConditions().stream()
        .filter(one -> one.getType().equals("Failed"))
        .map(JobCondition::getMessage)
        .findFirst()
        .orElse("no reason given");
  }

  /**
   * Deletes the Job of an attempt that failed, and what it wrote; returns whether both are gone.
   */
  private boolean removeAttempt(int index) {
    deleteJob(index);
    return claims.delete(volumes.staging(index)) && job(index) == null;
  }

  /** Deletes the Job of a member; its pods follow. */
  void deleteJob(int index) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(members.namespace())
        .withName(jobs.name(index))
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
  }

  /** Creates a member's claim and Job, when nothing of an earlier attempt is left. */
  private void createAttempt(int index, BackupKey backup) {
    PersistentVolumeClaim staging = claims.get(volumes.staging(index));
    if (staging != null
        && !Integer.toString(number)
            .equals(staging.getMetadata().getLabels().get(RestoreJob.ATTEMPT))) {
      if (!claims.delete(volumes.staging(index))) {
        return;
      }
      staging = null;
    }
    if (staging == null) {
      claims.create(stagingClaim(index));
    }
    Job job = jobs.of(index, volumes.staging(index), backup, number);
    client.batch().v1().jobs().inNamespace(members.namespace()).resource(job).create();
  }

  /** Returns the claim that the Job of a member writes to, for the API server to create. */
  PersistentVolumeClaim stagingClaim(int index) {
    PersistentVolumeClaim old = claims.get(members.claim(index));
    PersistentVolumeClaim fresh =
        claims.fresh(volumes.staging(index), old == null ? members.template() : old);
    fresh.getMetadata().getLabels().put(RestoreJob.ATTEMPT, Integer.toString(number));
    return fresh;
  }
}
