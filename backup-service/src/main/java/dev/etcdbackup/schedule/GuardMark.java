package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.Series;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.TimeText;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small object, {@code PROJECT/.etcd-backup/KIND/PREFIX/NAME}, that records a fact about a series
 * which its backups do not contain. Its name contains all data, so that a listing is sufficient;
 * its content is a text for people.
 *
 * <p>The name is {@code cluster_ID_TIME} (the backups from that time on are of this cluster) or
 * {@code accepted_backup_TIME} (the backups up to that time are accepted). The time is that of a
 * backup. It is at the end of the name because older tools expect a time after the last {@code _}.
 *
 * @param time the time of a backup
 * @param clusterId the cluster as 16 hexadecimal digits; empty for an acceptance
 */
record GuardMark(Instant time, Optional<String> clusterId) {
  private static final String DIRECTORY = BackupKey.RESERVED + "/";
  private static final Pattern NAME =
      Pattern.compile("(?:cluster_([0-9a-f]{16})|accepted_backup)_([0-9:-]{19})");

  static GuardMark ofCluster(Instant time, long clusterId) {
    return new GuardMark(time, Optional.of(String.format(Locale.ROOT, "%016x", clusterId)));
  }

  static GuardMark ofAcceptance(Instant time) {
    return new GuardMark(time, Optional.empty());
  }

  /** Parses the name of a stored object; returns empty when it is not a mark of this series. */
  static Optional<GuardMark> of(Backup stored, Series series) {
    String name = stored.key().name();
    if (!name.startsWith(DIRECTORY)) {
      return Optional.empty();
    }
    String directory = directory(series);
    if (!stored.key().project().equals(series.project()) || !name.startsWith(directory)) {
      return Optional.empty();
    }
    Matcher matcher = NAME.matcher(name.substring(directory.length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return TimeText.parse(matcher.group(2))
        .map(time -> new GuardMark(time, Optional.ofNullable(matcher.group(1))));
  }

  /** Returns this mark as a listing contains it. */
  Backup asListed(Series series) {
    StoredBackup stored = new StoredBackup(key(series), 0, time, "");
    return Backup.of(stored, ZoneOffset.UTC);
  }

  /** Stores this mark beside a series. Does nothing when it exists already. */
  void put(BackupStore store, Series series) throws BackupException {
    String stamp = stamp();
    String what =
        clusterId
            .map(id -> "from " + stamp + " on its backups are of etcd cluster " + id)
            .orElse("its backups up to " + stamp + " are accepted, however small or different");
    String text = "etcd-backup, series " + series.prefix() + ": " + what + "\n";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      store.put(key(series), Content.of(new ByteArrayInputStream(bytes), bytes.length));
    } catch (BackupExistsException alreadyThere) {
      // The existing mark has the same name and therefore the same meaning.
    }
  }

  private BackupKey key(Series series) {
    String name = clusterId.map(id -> "cluster_" + id).orElse("accepted_backup") + "_" + stamp();
    return BackupKey.of(series.project(), directory(series) + name);
  }

  private String stamp() {
    return TimeText.format(time);
  }

  private static String directory(Series series) {
    return DIRECTORY + series.kind().name().toLowerCase(Locale.ROOT) + "/" + series.prefix() + "/";
  }
}
