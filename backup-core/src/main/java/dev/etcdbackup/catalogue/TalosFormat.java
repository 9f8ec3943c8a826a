package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code CLUSTER-2024-05-01T10:00:00Z.snap}, possibly with {@code .zst} and {@code .age}. */
final class TalosFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("(.*)-(" + Times.RFC3339 + ")\\.snap(\\.zst)?(\\.age)?");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "talos", "talos-backup", "talos/prod-2024-05-01T10:00:00Z.snap.zst.age");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().contains(".snap") ? key.name(NAME) : null;
    Instant time = name == null ? null : Times.ofRfc3339(name.group(2));
    if (name == null || time == null) {
      return null;
    }
    List<String> encodings = new ArrayList<>();
    if (name.group(3) != null) {
      encodings.add("zstd");
    }
    if (name.group(4) != null) {
      encodings.add("age");
    }
    return Found.snapshot(time, key.series(name.group(1)), encodings);
  }
}
