package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * The decisions to keep or delete backups of other tools. Making a plan deletes nothing.
 *
 * <p>Immutable and thread-safe.
 *
 * @param decisions a decision for each object of the formats, in the order of the keys
 * @param newestKept in each series of which something is to be deleted, the newest that is kept
 */
public record ForeignPrunePlan(RetentionPlan decisions, List<Backup> newestKept) {
  /** Copies the list. */
  public ForeignPrunePlan {
    Objects.requireNonNull(decisions, "decisions");
    newestKept = List.copyOf(newestKept);
  }

  /**
   * Returns a code for what would be deleted, by which a person confirms exactly this plan.
   *
   * @return 8 hexadecimal digits, the same for the same objects in the same versions; empty when
   *     nothing would be deleted
   */
  public String code() {
    List<Backup> deleted = decisions.toDelete();
    if (deleted.isEmpty()) {
      return "";
    }
    MessageDigest hash = Sha256.digest();
    for (Backup one : deleted) {
      String line = one.key() + "\0" + one.stored().version() + "\0";
      hash.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(hash.digest(), 0, 4);
  }

  List<BackupKey> keysToDelete() {
    return decisions.decisions().stream()
        .filter(one -> !one.keep())
        .map(Decision::backup)
        .map(Backup::key)
        .toList();
  }
}
