package dev.etcdbackup.kubernetes.recovery;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The claims and volumes of the members during a restore.
 *
 * <p>A claim cannot be renamed, but a volume can be bound to another claim: the volume is set to be
 * kept when its claim is deleted, the other claim is created naming the volume, the first claim is
 * deleted, and the volume's reference is changed from the one to the other. Each part is skipped
 * when it was done before.
 */
record MemberClaims(KubernetesClient client, String namespace, String set, String id) {
  /** The id of the restore, on all objects that it made or keeps. */
  static final String RESTORE = "etcdbackup.dev/restore";

  /** On claims of a restore. */
  static final String ROLE = "etcdbackup.dev/role";

  private static final String SET = "etcdbackup.dev/statefulset";
  private static final String POLICY = "etcdbackup.dev/reclaim-policy";
  private static final String RETAIN = "Retain";

  /** What a claim of a restore holds. */
  enum Role {
    /** The data of the old cluster. */
    OLD,
    /** Restored data, on their way or in place. */
    NEW,
    /** Restored data that were taken out of use again. */
    UNDONE;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** The labels of what a restore makes. */
  static Map<String, String> labels(String set, String id) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/managed-by", "etcd-backup");
    labels.put(SET, set);
    labels.put(RESTORE, id);
    return labels;
  }

  @Nullable PersistentVolumeClaim get(String name) {
    return client.persistentVolumeClaims().inNamespace(namespace).withName(name).get();
  }

  List<PersistentVolumeClaim> withRole(Role role) {
    return client
        .persistentVolumeClaims()
        .inNamespace(namespace)
        .withLabels(labels(set, id))
        .withLabel(ROLE, role.label())
        .list()
        .getItems();
  }

  /** Whether any claim belongs to a restore of this id. */
  boolean isUsed() {
    return !client
        .persistentVolumeClaims()
        .inNamespace(namespace)
        .withLabels(labels(set, id))
        .list()
        .getItems()
        .isEmpty();
  }

  boolean has(PersistentVolumeClaim claim, Role role) {
    Map<String, String> labels = claim.getMetadata().getLabels();
    return labels != null
        && id.equals(labels.get(RESTORE))
        && role.label().equals(labels.get(ROLE));
  }

  /** Makes a claim for restored data, like the claim of the old ones. */
  PersistentVolumeClaim fresh(String name, PersistentVolumeClaim like) {
    return claim(name, like, Role.NEW, Map.of(), null);
  }

  /** The claim to which a volume would be moved. */
  PersistentVolumeClaim named(String name, PersistentVolumeClaim from, Role role) {
    return claim(name, from, role, Map.of(), from.getSpec().getVolumeName());
  }

  private PersistentVolumeClaim claim(
      String name,
      PersistentVolumeClaim like,
      Role role,
      Map<String, String> labels,
      @Nullable String volume) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withLabels(labels)
        .addToLabels(labels(set, id))
        .addToLabels(ROLE, role.label())
        .endMetadata()
        .withNewSpec()
        .withAccessModes(like.getSpec().getAccessModes())
        .withStorageClassName(like.getSpec().getStorageClassName())
        .withVolumeMode(like.getSpec().getVolumeMode())
        .withResources(like.getSpec().getResources())
        .withVolumeName(volume)
        .endSpec()
        .build();
  }

  void create(PersistentVolumeClaim claim) {
    client.persistentVolumeClaims().inNamespace(namespace).resource(claim).create();
  }

  /** Deletes a claim; returns whether it is gone, which it is not while a pod uses it. */
  boolean delete(String name) {
    PersistentVolumeClaim found = get(name);
    if (found == null) {
      return true;
    }
    if (found.getMetadata().getDeletionTimestamp() == null) {
      client.persistentVolumeClaims().inNamespace(namespace).withName(name).delete();
    }
    return get(name) == null;
  }

  /**
   * Sets a volume to be kept when its claim is deleted, and records the policy that it had.
   *
   * @return whether there is such a volume
   */
  boolean keep(String volume) {
    PersistentVolume found = client.persistentVolumes().withName(volume).get();
    if (found == null) {
      return false;
    }
    String policy = found.getSpec().getPersistentVolumeReclaimPolicy();
    if (!RETAIN.equals(policy) || rememberedPolicy(found) == null) {
      setPolicy(volume, RETAIN, policy == null ? RETAIN : policy);
    }
    return true;
  }

  /** Gives a volume back the policy that it had before {@link #keep}. */
  void release(String volume) {
    PersistentVolume found = client.persistentVolumes().withName(volume).get();
    String policy = found == null ? null : rememberedPolicy(found);
    if (policy != null) {
      setPolicy(volume, policy, null);
    }
  }

  private static @Nullable String rememberedPolicy(PersistentVolume volume) {
    Map<String, String> annotations = volume.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(POLICY);
  }

  private void setPolicy(String volume, String policy, @Nullable String remembered) {
    client
        .persistentVolumes()
        .withName(volume)
        .edit(
            one -> {
              var metadata =
                  new PersistentVolumeBuilder(one)
                      .editSpec()
                      .withPersistentVolumeReclaimPolicy(policy)
                      .endSpec()
                      .editMetadata();
              return (remembered == null
                      ? metadata.removeFromAnnotations(POLICY)
                      : metadata.addToAnnotations(POLICY, remembered))
                  .endMetadata()
                  .build();
            });
  }

  /**
   * A volume that is to be bound to another claim.
   *
   * @param from the claim it is bound to
   * @param movable which claim of that name holds it; another one is left alone
   * @param to the claim it is to be bound to
   * @param role what the other claim holds; a claim of that name with another role is not taken for
   *     it
   * @param labels labels of the other claim, besides those of the restore
   */
  record Move(
      String from,
      Predicate<PersistentVolumeClaim> movable,
      String to,
      Role role,
      Map<String, String> labels) {}

  /**
   * Binds a volume to another claim.
   *
   * @return what is waited for; empty when it is done, or when there is neither claim
   * @throws IllegalStateException when a claim is bound to a volume other than expected
   */
  Optional<String> move(Move move) {
    PersistentVolumeClaim from = get(move.from());
    if (from != null && !move.movable().test(from)) {
      from = null;
    }
    PersistentVolumeClaim to = get(move.to());
    if (to != null && !has(to, move.role())) {
      to = null;
    }
    if (to == null) {
      if (from == null) {
        return Optional.empty();
      }
      String volume = from.getSpec().getVolumeName();
      if (volume == null || volume.isEmpty() || !keep(volume)) { // then it holds nothing
        return waitFor(delete(move.from()), "claim " + move.from() + " to be deleted");
      }
      create(claim(move.to(), from, move.role(), move.labels(), volume));
      to = get(move.to());
    }
    if (to == null) {
      return Optional.of("claim " + move.to() + " to be created");
    }
    String volume = to.getSpec().getVolumeName();
    if (from != null) {
      requireVolume(from, volume);
      if (!delete(move.from())) {
        return Optional.of("claim " + move.from() + " to be deleted; a pod may still use it");
      }
    }
    return bind(to, volume);
  }

  /** Nothing but the claim whose volume is bound elsewhere now may be deleted. */
  static void requireVolume(PersistentVolumeClaim from, String volume) {
    if (!volume.equals(from.getSpec().getVolumeName())) {
      throw new IllegalStateException(
          "claim "
              + from.getMetadata().getName()
              + " is bound to volume "
              + from.getSpec().getVolumeName()
              + " instead of "
              + volume
              + "; something else scaled the StatefulSet up or restored it, and nothing is deleted");
    }
  }

  private Optional<String> bind(PersistentVolumeClaim to, String volume) {
    PersistentVolume found = client.persistentVolumes().withName(volume).get();
    if (found == null) {
      throw new IllegalStateException("volume " + volume + " does not exist any more");
    }
    String uid = to.getMetadata().getUid();
    ObjectReference bound = found.getSpec().getClaimRef();
    if (bound == null || !uid.equals(bound.getUid())) {
      ObjectReference reference =
          new ObjectReferenceBuilder()
              .withApiVersion("v1")
              .withKind("PersistentVolumeClaim")
              .withNamespace(namespace)
              .withName(to.getMetadata().getName())
              .withUid(uid)
              .build();
      client
          .persistentVolumes()
          .withName(volume)
          .edit(
              one ->
                  new PersistentVolumeBuilder(one)
                      .editMetadata()
                      .addToLabels(new HashMap<>(labels(set, id)))
                      .addToLabels(ROLE, to.getMetadata().getLabels().get(ROLE))
                      .endMetadata()
                      .editSpec()
                      .withClaimRef(reference)
                      .endSpec()
                      .build());
    }
    return waitFor(
        isBound(to.getMetadata().getName()),
        "claim " + to.getMetadata().getName() + " to be bound");
  }

  boolean isBound(String name) {
    PersistentVolumeClaim claim = get(name);
    return claim != null
        && claim.getStatus() != null
        && "Bound".equals(claim.getStatus().getPhase());
  }

  private static Optional<String> waitFor(boolean done, String what) {
    return done ? Optional.empty() : Optional.of(what);
  }
}
