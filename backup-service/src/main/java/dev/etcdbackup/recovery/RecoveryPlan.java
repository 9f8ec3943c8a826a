package dev.etcdbackup.recovery;

import dev.etcdbackup.Backup;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a lost cluster is to come back. A proposal: nothing is done before somebody consents, and
 * nothing was done to make it but reading.
 *
 * @param cluster the cluster
 * @param way how
 * @param survivor with {@link Way#SURVIVOR}, what answered
 * @param backup with {@link Way#BACKUP}, what is restored; otherwise the backup that is there
 *     besides, if any
 * @param age how old that backup is; empty when there is none
 * @param doubts why this is not to be done without a special word: the backup is old, or was named
 *     by hand so that its age is not certain, or the survivor is behind the backup; empty when
 *     there is none
 * @param passedOver what was found unusable on the way, newest first, with the reason: to be shown
 */
public record RecoveryPlan(
    LostCluster cluster,
    Way way,
    Optional<Survivor> survivor,
    Optional<Backup> backup,
    Optional<Duration> age,
    List<String> doubts,
    List<PassedOver> passedOver) {
  /** The ways there are. */
  public enum Way {
    /** A snapshot of what still answers is taken, stored and restored. */
    SURVIVOR,
    /** The newest backup that is good is restored. */
    BACKUP,
    /** The cluster starts empty, and its data are rediscovered. */
    REBUILD
  }

  /**
   * What still answers.
   *
   * @param source where it is
   * @param info what it said of itself
   */
  public record Survivor(SnapshotSource source, SnapshotInfo info) {}

  /**
   * Something newer that cannot be used.
   *
   * @param what a key, or a survivor
   * @param problem the first thing that is wrong with it
   */
  public record PassedOver(String what, String problem) {}

  /** Copies the list. */
  public RecoveryPlan {
    Objects.requireNonNull(cluster, "cluster");
    Objects.requireNonNull(way, "way");
    doubts = List.copyOf(doubts);
    passedOver = List.copyOf(passedOver);
  }

  /**
   * Whether plain consent is not enough.
   *
   * @return true when there are doubts
   */
  public boolean needsConfirmation() {
    return !doubts.isEmpty();
  }

  /**
   * The plan for people, what was passed over first.
   *
   * @return lines
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    passedOver.forEach(one -> lines.add("PASSED OVER " + one.what() + ": " + one.problem()));
    switch (way) {
      case SURVIVOR -> lines.add("save and restore the last survivor: " + survivorText());
      case BACKUP -> lines.add("restore " + backupText());
      case REBUILD -> {
        String why = cluster.automated() ? "there is no good backup" : "it is not automated";
        lines.add("rebuild " + cluster.project() + ": " + why);
        lines.add(cluster.note().isEmpty() ? "there is no recovery note" : cluster.note());
      }
    }
    if (way != Way.BACKUP && backup.isPresent()) {
      lines.add("there is also " + backupText());
    }
    doubts.forEach(doubt -> lines.add("NEEDS CONFIRMATION: " + doubt));
    return lines;
  }

  private String survivorText() {
    SnapshotInfo info = survivor.orElseThrow().info();
    return info.origin() + ", at revision " + info.revision() + " or later";
  }

  private String backupText() {
    return backup.orElseThrow().key() + age.map(it -> ", " + days(it) + " old").orElse("");
  }

  static String days(Duration duration) {
    long hours = Math.max(duration.toHours(), 0);
    return hours < 48 ? hours + " hours" : hours / 24 + " days";
  }
}
