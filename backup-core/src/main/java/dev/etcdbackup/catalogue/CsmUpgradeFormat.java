package dev.etcdbackup.catalogue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLUSTER_etcd_upgrade.snapshot-HELMREVISION.db} and {@code
 * CLUSTER_etcd_migration.snapshot.db}, without a time.
 */
final class CsmUpgradeFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("(.+_etcd_(?:upgrade|migration))\\.snapshot(?:-\\d{1,9})?\\.db");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "csm-upgrade", "CSM's upgrade hook", "cray-bss/cray-bss_etcd_upgrade.snapshot-7.db");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().contains(".snapshot") ? key.name(NAME) : null;
    return name == null ? null : Found.snapshot(null, key.series(name.group(1)), List.of());
  }
}
