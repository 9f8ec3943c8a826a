package dev.etcdbackup.kubernetes.recovery;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Has the old and the restored volume of each member change places, and back.
 *
 * @param members the members
 * @param claims their claims
 * @param id the id of the restore
 */
record VolumeSwap(Members members, MemberClaims claims, String id) {
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
   * Binds a member's old volume to another claim, then the restored one to the claim of the
   * StatefulSet.
   *
   * @param restored whether there is a restored one
   * @return what is waited for; empty when it is done
   */
  Optional<String> swap(int index, boolean restored) {
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
    if (claim != null
        && !claims.has(claim, MemberClaims.Role.NEW)
        && !claims.has(claim, MemberClaims.Role.OLD)) {
      // It was not moved, or its move had only begun: then the other claim is not bound.
      if (claim.getMetadata().getDeletionTimestamp() != null) {
        return Optional.of("claim " + own + " to be deleted");
      }
      return claims.delete(before(index))
          ? Optional.empty()
          : Optional.of("claim " + before(index) + " to be deleted");
    }
    return claims
        .move(
            new MemberClaims.Move(
                own,
                one -> claims.has(one, MemberClaims.Role.NEW),
                undone(index),
                MemberClaims.Role.UNDONE,
                Map.of()))
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
