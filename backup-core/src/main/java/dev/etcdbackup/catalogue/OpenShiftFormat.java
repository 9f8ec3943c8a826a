package dev.etcdbackup.catalogue;

import dev.etcdbackup.catalogue.ForeignBackup.Role;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code snapshot_2024-05-01_100000.db} in local time, and {@code static_kuberesources_} of the
 * same time, the files of the control plane. Both may be in a directory for each backup.
 */
final class OpenShiftFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile(
          "(snapshot_|static_kuberesources_)(\\d{4}-\\d{2}-\\d{2}_\\d{6})(_[A-Za-z_]{1,40})?"
              + "(\\.db|\\.tar\\.gz)");
  private static final Pattern OWN_DIRECTORY =
      Pattern.compile("(?:(backup-.+)-)?\\d{4}-\\d{2}-\\d{2}_\\d{6}");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "openshift", "OpenShift's cluster-etcd-operator", "ocp/snapshot_2024-05-01_100000.db");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name(NAME);
    if (name == null || name.group(1).equals("snapshot_") != name.group(4).equals(".db")) {
      return null;
    }
    Instant time = Times.ofDigits(name.group(2), key.localZone());
    if (time == null) {
      return null;
    }
    Found found = Found.snapshot(time, series(key), List.of()).inGroup(key.series(name.group(2)));
    return name.group(4).equals(".db") ? found : found.as(Role.COMPANION);
  }

  private static String series(KeyParts key) {
    KeyParts above = key.parent();
    Matcher own = above.name(OWN_DIRECTORY);
    if (own == null) {
      return key.series("snapshot");
    }
    return above.series(own.group(1) == null ? "snapshot" : own.group(1));
  }
}
