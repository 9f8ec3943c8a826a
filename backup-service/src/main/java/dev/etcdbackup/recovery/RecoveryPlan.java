package dev.etcdbackup.recovery;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.page.Html;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The plan by which a lost cluster is to be recovered. It is a proposal: making it only reads from
 * the store and the sources, and {@link Recovery#carryOut} executes it after an {@link Approval}.
 *
 * <p>Immutable. Thread-safe when the cluster's sources are.
 *
 * @param cluster the cluster to be recovered
 * @param way how the cluster is recovered
 * @param survivor with {@link Way#SURVIVOR}, the source to be saved and restored; otherwise empty
 * @param backup with {@link Way#BACKUP}, the backup to be restored; otherwise the newest good
 *     backup for information, or empty when there is none
 * @param recipients to whom that backup is encrypted, and which private keys for it are at hand;
 *     empty when there is no backup or it is not encrypted
 * @param age the age of that backup when the plan was made; empty when there is no backup
 * @param doubts the reasons why the plan needs confirmation, one line each: the backup is old, its
 *     name carries no time, or the survivor is at an older revision than the backup; empty when the
 *     plan needs no confirmation
 * @param passedOver the survivors and backups that were found unusable, with the reason: survivors
 *     first, then backups from the newest back
 */
public record RecoveryPlan(
    LostCluster cluster,
    Way way,
    Optional<Survivor> survivor,
    Optional<Backup> backup,
    Optional<Recipients> recipients,
    Optional<Duration> age,
    List<String> doubts,
    List<PassedOver> passedOver) {
  /** How a cluster is recovered. */
  public enum Way {
    /** A snapshot of a surviving member is stored, verified and restored. */
    SURVIVOR,
    /** The newest good backup is restored. */
    BACKUP,
    /** The cluster is started empty, and its data are rebuilt from their original sources. */
    REBUILD
  }

  /**
   * A source that still provides snapshots: a member that answers, or a copy of a member's data.
   *
   * @param source the source
   * @param info the origin and the revision that the source reported when the plan was made
   */
  public record Survivor(SnapshotSource source, SnapshotInfo info) {}

  /**
   * A survivor or a backup that cannot be used.
   *
   * @param what the key of the backup, or the name of the survivor
   * @param problem the first problem that was found, in one line
   */
  public record PassedOver(String what, String problem) {}

  /** Copies the lists. */
  public RecoveryPlan {
    Objects.requireNonNull(cluster, "cluster");
    Objects.requireNonNull(way, "way");
    Objects.requireNonNull(survivor, "survivor");
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(recipients, "recipients");
    Objects.requireNonNull(age, "age");
    doubts = List.copyOf(doubts);
    passedOver = List.copyOf(passedOver);
  }

  /**
   * Returns whether {@link Recovery#carryOut} requires {@link Approval#evenToOldData} for this
   * plan.
   *
   * @return true when there is a reason in {@link #doubts}
   */
  public boolean needsConfirmation() {
    return !doubts.isEmpty();
  }

  /**
   * Returns the plan as text for people: first the survivors and backups that cannot be used, then
   * the steps, last the reasons why it needs confirmation.
   *
   * @return the lines, without line breaks and other characters that must not be printed to a
   *     terminal, which are replaced by {@code U+FFFD}; a note of several lines is several lines
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    passedOver.forEach(each -> lines.add("PASSED OVER " + each.what() + ": " + each.problem()));
    switch (way) {
      case SURVIVOR -> lines.add("save and restore the last survivor: " + survivorText());
      case BACKUP -> lines.add("restore " + backupText());
      case REBUILD -> {
        String why = cluster.automated() ? "there is no good backup" : "it is not automated";
        lines.add("rebuild " + cluster.project() + ": " + why);
        cluster.note().lines().forEach(lines::add);
        if (cluster.note().isEmpty()) {
          lines.add("there is no recovery note");
        }
      }
    }
    if (way != Way.BACKUP && backup.isPresent()) {
      lines.add("there is also " + backupText());
    }
    recipients.ifPresent(one -> lines.add(text(one)));
    doubts.forEach(reason -> lines.add("NEEDS CONFIRMATION: " + reason));
    return lines.stream().map(Html::printable).toList();
  }

  private String survivorText() {
    SnapshotInfo info = survivor.orElseThrow().info();
    return info.origin() + ", at revision " + info.revision() + " or later";
  }

  private String backupText() {
    return backup.orElseThrow().key() + age.map(RecoveryPlan::old).orElse("");
  }

  private static String text(Recipients recipients) {
    return "it is encrypted to "
        + recipients.text()
        + "; the given private key is "
        + String.join(", ", recipients.atHand());
  }

  /** The time in a name may be ahead of this machine's clock. */
  private static String old(Duration age) {
    return ", " + DurationText.format(age.isNegative() ? Duration.ZERO : age) + " old";
  }
}
