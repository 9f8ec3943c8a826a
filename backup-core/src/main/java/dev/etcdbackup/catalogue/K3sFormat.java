package dev.etcdbackup.catalogue;

import dev.etcdbackup.catalogue.ForeignBackup.Role;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code etcd-snapshot-NODE-EPOCH} and {@code on-demand-NODE-EPOCH}, possibly with {@code .zip},
 * and the object of the same name in {@code .metadata/}. Names that an administrator chose instead
 * of these two are not recognised: nothing distinguishes them from other names that end in a
 * number.
 */
final class K3sFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("((?:etcd-snapshot|on-demand)-.+)-(\\d{10})(\\.zip)?");
  private static final String METADATA = ".metadata";

  @Override
  public ForeignFormat format() {
    return new ForeignFormat("k3s", "k3s and RKE2", "k3s/etcd-snapshot-server-0-1714557600.zip");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name(NAME);
    Instant time = name == null ? null : Times.ofEpoch(name.group(2));
    if (name == null || time == null) {
      return null;
    }
    KeyParts above = key.parent();
    boolean isMetadata = above.name().equals(METADATA);
    KeyParts place = isMetadata ? above.sibling(key.name()) : key;
    List<String> encodings = name.group(3) == null ? List.of() : List.of("zip");
    Found found =
        Found.snapshot(time, place.series(name.group(1)), encodings).inGroup(place.text());
    return isMetadata ? found.as(Role.COMPANION) : found;
  }
}
