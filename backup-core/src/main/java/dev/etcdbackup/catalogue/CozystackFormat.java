package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code NAME-20240501-100000-rev42.db} in UTC; without a time when it was taken by hand. The
 * operator writes {@code NAME.db} since 0.5, with a name that its user chose: no format tells it
 * from the names of other programs.
 */
final class CozystackFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("(.+?)(?:-(\\d{8}-\\d{6}))?-rev(\\d{1,18})\\.db");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "cozystack", "Cozystack's etcd-operator", "etcd/main-20240501-100000-rev42.db");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().contains("-rev") ? key.name(NAME) : null;
    if (name == null) {
      return null;
    }
    Instant time = name.group(2) == null ? null : Times.ofDigits(name.group(2), ZoneOffset.UTC);
    return Found.snapshot(time, key.series(name.group(1)), List.of())
        .atRevision(Long.parseLong(name.group(3)));
  }
}
