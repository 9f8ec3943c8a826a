package dev.etcdbackup.catalogue;

import dev.etcdbackup.catalogue.ForeignBackup.Role;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory {@code 2024-05-01T10:00:00Z-000001} with {@code etcd.backup.gz} in it, which is the
 * snapshot, and {@code _etcd_backup.meta}. The objects below {@code control/} steer etcd-manager.
 */
final class EtcdManagerFormat implements NameFormat {
  private static final Pattern DIRECTORY =
      Pattern.compile("(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z)-\\d{6}");
  private static final Pattern CONTROL = Pattern.compile("etcd-cluster-(?:created|spec)");
  private static final String META = "_etcd_backup.meta";

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "etcd-manager",
        "etcd-manager, kops",
        "a.example.com/backups/etcd/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    KeyParts above = key.parent();
    if (above.name().equals("control") && key.name(CONTROL) != null) {
      return Found.snapshot(null, above.directory(), List.of()).as(Role.COMPANION);
    }
    boolean isGzip = key.name().equals("etcd.backup.gz");
    boolean isTar = key.name().equals("etcd.backup.tgz");
    if (!isGzip && !isTar && !key.name().equals(META)) {
      return null;
    }
    Matcher directory = above.name(DIRECTORY);
    Instant time = directory == null ? null : Times.ofRfc3339(directory.group(1));
    if (time == null) {
      return null;
    }
    List<String> encodings = isTar ? List.of("tar", "gzip") : List.of("gzip");
    Found found = Found.snapshot(time, above.directory(), encodings).inGroup(key.directory());
    return isGzip || isTar ? found : found.as(Role.COMPANION);
  }
}
