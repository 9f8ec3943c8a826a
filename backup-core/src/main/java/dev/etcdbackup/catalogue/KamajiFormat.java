package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code PREFIX_POD_20240501.db}, as the cron job of the kamaji-etcd chart writes it: by default a
 * day in the time of the container; a time of day may follow.
 */
final class KamajiFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile(
          "([A-Za-z0-9][\\w.-]*_[a-z0-9][a-z0-9.-]*)_(\\d{8}(?:[-_T]?\\d{4}(?:\\d{2})?)?)\\.db");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "kamaji", "the kamaji-etcd chart", "kamaji/mysnapshot_etcd-leader_20240501.db");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().endsWith(".db") ? key.name(NAME) : null;
    Instant time = name == null ? null : Times.ofDigits(name.group(2), key.localZone());
    return name == null || time == null
        ? null
        : Found.snapshot(time, key.series(name.group(1)), List.of());
  }
}
