package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code CONTEXT.backup_2024-05-01-10:00:00} in local time, taken by hand before an upgrade. */
final class CsmManualFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("(.+)\\.backup_(\\d{4}-\\d{2}-\\d{2}-\\d{2}:\\d{2}:\\d{2})");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "csm-manual",
        "CSM's take-etcd-manual-backups.sh, and before-upgrade of this tool",
        "cray-bss/pre_install.backup_2024-05-01-10:00:00");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().contains(".backup_") ? key.name(NAME) : null;
    Instant time = name == null ? null : Times.ofDigits(name.group(2), key.localZone());
    return time == null ? null : Found.snapshot(time, key.series("manual"), List.of());
  }
}
