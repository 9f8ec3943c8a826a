package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code db-2024-05-01_10-00}, in UTC and to the minute. */
final class BitnamiFormat implements NameFormat {
  private static final Pattern NAME = Pattern.compile("db-(\\d{4}-\\d{2}-\\d{2}_\\d{2}-\\d{2})");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "bitnami", "Bitnami's etcd chart, CSM since 1.5", "cray-bss/db-2024-05-01_10-00");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name(NAME);
    if (name == null) {
      return null;
    }
    Instant time = Times.ofDigits(name.group(1), ZoneOffset.UTC);
    return time == null ? null : Found.snapshot(time, key.series("db"), List.of());
  }
}
