package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLUSTER-CONFIG-2024-05-01t10-00-00}, possibly with {@code .db} or {@code .db.gz}; earlier
 * {@code CLUSTER-storeuploader-2024-05-01T10:00:00-snapshot.db}, with or without colons. In UTC.
 */
final class KubermaticFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("(.+)-(\\d{4}-\\d{2}-\\d{2}t\\d{2}-\\d{2}-\\d{2})(?:\\.db(\\.gz)?)?");
  private static final Pattern EARLIER =
      Pattern.compile(
          "(.+)-storeuploader-(\\d{4}-\\d{2}-\\d{2}T\\d{2}:?\\d{2}:?\\d{2})-snapshot\\.db");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "kubermatic",
        "Kubermatic Kubernetes Platform",
        "kkp/8tqlk5ghxc-default-2024-05-01t10-00-00.db.gz");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name(NAME);
    boolean isGzip = name != null && name.group(3) != null;
    if (name == null) {
      name = key.name(EARLIER);
    }
    Instant time = name == null ? null : Times.ofDigits(name.group(2), ZoneOffset.UTC);
    return name == null || time == null
        ? null
        : Found.snapshot(time, key.series(name.group(1)), isGzip ? List.of("gzip") : List.of());
  }
}
