package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code SERVICE-etcd-hms_backup_2024-05-01_10-00-00} in local time. */
final class CsmHmsFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("(.+-etcd-hms)_backup_(\\d{4}-\\d{2}-\\d{2}_\\d{2}-\\d{2}-\\d{2})");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "csm-hms",
        "CSM's procedure for hardware management services",
        "cray-reds/cray-reds-etcd-hms_backup_2024-05-01_10-00-00");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().contains("-etcd-hms_backup_") ? key.name(NAME) : null;
    Instant time = name == null ? null : Times.ofDigits(name.group(2), key.localZone());
    return name == null || time == null
        ? null
        : Found.snapshot(time, key.series(name.group(1)), List.of());
  }
}
