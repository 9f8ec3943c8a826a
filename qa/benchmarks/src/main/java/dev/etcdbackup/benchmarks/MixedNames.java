package dev.etcdbackup.benchmarks;

import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Keys of a bucket in which twenty tools write, each into ten projects of its own. */
final class MixedNames {
  /** How many formats there are. */
  static final int FORMATS = 20;

  private static final int PROJECTS = 10;
  private static final Instant FIRST = Instant.parse("2024-01-01T00:00:00Z");
  private static final int SECONDS_APART = 600;

  private MixedNames() {}

  /** The key of an object by its number, 0 or more. */
  static String key(int number) {
    int format = number % FORMATS;
    int project = number / FORMATS % PROJECTS;
    Instant time = FIRST.plusSeconds((long) number / FORMATS * SECONDS_APART);
    return "project-" + format + '-' + project + '/' + name(format, number, time);
  }

  private static String name(int format, long number, Instant time) {
    BackupName periodic = BackupName.periodic("etcd.backup", 1000 + number, time);
    return switch (format) {
      case 0 -> periodic.text();
      case 1 -> periodic.withEncoding(".zst").text();
      case 2 -> periodic.withEncoding(".zst").withEncoding(".gpg").text();
      case 3 -> BackupName.tarball(time).text();
      case 4 -> "etcd.changes_v" + number + "-v" + (number + 9) + at(time, "_yyyy-MM-dd-HH:mm:ss");
      case 5 -> "db-" + at(time, "yyyy-MM-dd_HH-mm");
      case 6 -> "etcd-snapshot-server-0-" + time.getEpochSecond();
      case 7 -> "etcd-snapshot-server-0-" + time.getEpochSecond() + ".zip";
      case 8 -> "v2/Full-00000000-" + padded(number) + '-' + time.getEpochSecond() + ".gz";
      case 9 ->
          "v2/Incr-" + padded(number) + '-' + padded(number + 9) + '-' + time.getEpochSecond();
      case 10 -> at(time, "yyyy-MM-dd'T'HH:mm:ss'Z-000001/etcd.backup.gz'");
      case 11 -> at(time, "'snapshot_'yyyy-MM-dd_HHmmss'.db'");
      case 12 -> at(time, "'main-'yyyy-MM-dd'T'HH:mm:ss'Z.snap.zst'");
      case 13 -> at(time, "yyyy-MM-dd'T'HH:mm:ss'Z_etcd.zip'");
      case 14 -> at(time, "'cluster-daily-'yyyy-MM-dd't'HH-mm-ss'.db.gz'");
      case 15 -> at(time, "'site-main-v3-'yyyy-MM-dd'T'HH-mm-ss'.db.tar.gz'");
      case 16 -> at(time, "'main-'yyyyMMdd-HHmmss'-rev'") + number + ".db";
      case 17 -> at(time, "'etcd_etcd-0_'yyyyMMdd_HHmm'.db'");
      case 18 -> at(time, "'main.backup_'yyyy-MM-dd-HH:mm:ss");
      case 19 -> "by-hand-" + number;
      default -> throw new IllegalArgumentException("there is no format " + format);
    };
  }

  private static String at(Instant time, String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC).format(time);
  }

  private static String padded(long revision) {
    return String.format(Locale.ROOT, "%08d", revision);
  }

  /** The formats that a catalogue has to find among the first of each, in their order. */
  static List<String> labels() {
    return List.of(
        "periodic",
        "periodic",
        "periodic",
        "tarball",
        "changes",
        "bitnami",
        "k3s",
        "k3s",
        "gardener",
        "gardener",
        "etcd-manager",
        "openshift",
        "talos",
        "rke1",
        "kubermatic",
        "giantswarm",
        "cozystack",
        "kamaji",
        "csm-manual",
        "other");
  }
}
