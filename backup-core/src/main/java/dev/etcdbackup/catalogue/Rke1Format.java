package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code 2024-05-01T10:00:00Z_etcd}, and {@code c-ID-rl-RANDOM_TIME} of clusters that Rancher
 * manages (r recurring or m manual, l local or s S3; the time may be absent); possibly with {@code
 * .zip}. The colons may be written as {@code %3A}.
 */
final class Rke1Format implements NameFormat {
  private static final Pattern PLAIN = Pattern.compile("(" + Times.RFC3339 + ")_etcd(\\.zip)?");
  private static final Pattern MANAGED =
      Pattern.compile(
          "(c-[a-z0-9]{5,10}-[rm][ls])-[a-z0-9]{5}(?:_(" + Times.RFC3339 + "))?(\\.zip)?");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat("rke1", "RKE 1 and Rancher", "rke/2024-05-01T10:00:00Z_etcd.zip");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    KeyParts plain = key.name().contains("%3A") ? key.sibling(key.name().replace("%3A", ":")) : key;
    Matcher name = plain.name(PLAIN);
    if (name != null) {
      Instant time = Times.ofRfc3339(name.group(1));
      return time == null
          ? null
          : Found.snapshot(time, key.series("etcd"), encodings(name.group(2)));
    }
    name = plain.name(MANAGED);
    if (name == null) {
      return null;
    }
    Instant time = name.group(2) == null ? null : Times.ofRfc3339(name.group(2));
    return Found.snapshot(time, key.series(name.group(1)), encodings(name.group(3)));
  }

  private static List<String> encodings(@Nullable String suffix) {
    return suffix == null ? List.of() : List.of("zip");
  }
}
