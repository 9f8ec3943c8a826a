package dev.etcdbackup.kubernetes.recovery;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the old and the restored volume of each member, and reverses that.
 *
 * @param members the members
 * @param claims their claims
 * @param id the id of the restore
 * @param restored whether there are restored volumes; else the StatefulSet creates empty ones
 */
record VolumeSwap(Members members, MemberClaims claims, String id, boolean restored) {
  /** The claim that a member's data are restored to. */
  String staging(int index) {
    return members.claim(index) + "-restore-" + id;
  }

  /** The claim under which a member's old volume is kept. */
  String before(int index) {
    return members.claim(index) + "-before-" + id;
  }

  private String undone(int index) {
    return members.claim(index) + "-undone-" + id;
  }

  /**
   * Binds a member's old volume to another claim, then the restored one, if there is one, to the
   * claim of the StatefulSet.
   *
   * @return what is waited for; empty when it is done
   */
  Optional<String> swap(int index) {
    Optional<String> waiting = moveOld(index);
    return waiting.isPresent() || !restored ? waiting : moveNew(index);
  }

  private Optional<String> moveOld(int index) {
    return claims.move(
        new MemberClaims.Move(
            members.claim(index),
            claim -> !claims.has(claim, MemberClaims.Role.NEW),
            before(index),
            MemberClaims.Role.OLD,
            Map.of()));
  }

  private Optional<String> moveNew(int index) {
    Optional<String> waiting =
        claims.move(
            new MemberClaims.Move(
                staging(index),
                claim -> claims.has(claim, MemberClaims.Role.NEW),
                members.claim(index),
                MemberClaims.Role.NEW,
                memberLabels()));
    return waiting.isEmpty() && claims.get(members.claim(index)) == null
        ? Optional.of("claim " + staging(index) + ", which does not exist")
        : waiting;
  }

  /** The labels that the StatefulSet gives its claims. */
  private Map<String, String> memberLabels() {
    Map<String, String> labels = new HashMap<>();
    if (members.template().getMetadata().getLabels() != null) {
      labels.putAll(members.template().getMetadata().getLabels());
    }
    Map<String, String> selected = members.set().getSpec().getSelector().getMatchLabels();
    if (selected != null) {
      labels.putAll(selected);
    }
    return labels;
  }

  /**
   * Binds a member's old volume to the claim of the StatefulSet again.
   *
   * @return what is waited for; empty when it is done
   */
  Optional<String> moveBack(int index) {
    String own = members.claim(index);
    PersistentVolumeClaim claim = claims.get(own);
    PersistentVolumeClaim other = claims.get(before(index));
    if (claim != null && !isNew(claim, other) && !claims.has(claim, MemberClaims.Role.OLD)) {
      return leave(index, claim);
    }
    return claims
        .move(
            new MemberClaims.Move(
                own, one -> isNew(one, other), undone(index), MemberClaims.Role.UNDONE, Map.of()))
        .or(
            () ->
                claims.move(
                    new MemberClaims.Move(
                        before(index),
                        one -> claims.has(one, MemberClaims.Role.OLD),
                        own,
                        MemberClaims.Role.OLD,
                        memberLabels())));
  }

  /**
   * Makes sure that what a member uses is of this restore, or of the time before it.
   *
   * @throws IllegalStateException when it is of another one
   */
  void requireMovable(int index) {
    PersistentVolumeClaim own = claims.get(members.claim(index));
    PersistentVolumeClaim other = claims.get(before(index));
    if (own == null) {
      return;
    }
    if (isNew(own, other)) {
      if (other == null) {
        throw new IllegalStateException(
            "claim " + before(index) + " does not exist, so there is no volume to return to");
      }
    } else if (other != null) {
      MemberClaims.requireVolume(own, other.getSpec().getVolumeName());
    }
  }

  /** Whether a member's claim holds what the new cluster wrote. */
  private boolean isNew(PersistentVolumeClaim own, @Nullable PersistentVolumeClaim other) {
    if (restored || other == null || claims.has(own, MemberClaims.Role.OLD)) {
      return claims.has(own, MemberClaims.Role.NEW);
    }
    String volume = own.getSpec().getVolumeName();
    return !other.getSpec().getVolumeName().equals(volume);
  }

  /** A claim that was not moved, or whose move had only begun: then the other is not bound. */
  private Optional<String> leave(int index, PersistentVolumeClaim own) {
    if (own.getMetadata().getDeletionTimestamp() != null) {
      return Optional.of("claim " + own.getMetadata().getName() + " to be deleted");
    }
    return claims.delete(before(index))
        ? Optional.empty()
        : Optional.of("claim " + before(index) + " to be deleted");
  }

  /** Gives the restored volumes in use their reclaim policy. */
  void releaseNew() {
    for (int i = 0; i < members.count(); i++) {
      PersistentVolumeClaim claim = claims.get(members.claim(i));
      if (claim != null && claims.has(claim, MemberClaims.Role.NEW)) {
        claims.release(claim.getSpec().getVolumeName());
      }
    }
  }

  /** Gives the volume that a member uses its reclaim policy. */
  void release(int index) {
    PersistentVolumeClaim claim = claims.get(members.claim(index));
    if (claim != null && claim.getSpec().getVolumeName() != null) {
      claims.release(claim.getSpec().getVolumeName());
    }
  }

  /** Deletes the old volumes: gives them back their policy, then deletes their claims. */
  void discardOld() {
    for (PersistentVolumeClaim claim : claims.withRole(MemberClaims.Role.OLD)) {
      if (claim.getMetadata().getName().endsWith("-before-" + id)) {
        claims.release(claim.getSpec().getVolumeName());
        claims.delete(claim.getMetadata().getName());
      }
    }
  }
}
