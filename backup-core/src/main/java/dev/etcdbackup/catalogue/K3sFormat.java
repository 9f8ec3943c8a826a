package dev.etcdbackup.catalogue;

import dev.etcdbackup.catalogue.ForeignBackup.Role;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code etcd-snapshot-NODE-EPOCH} and {@code on-demand-NODE-EPOCH}, possibly with {@code .zip},
 * and the object of the same name in {@code .metadata/}. Names that an administrator chose instead
 * of these two are recognised when they are given: nothing distinguishes them from other names that
 * end in a number.
 */
final class K3sFormat implements NameFormat {
  private static final List<String> DEFAULTS = List.of("etcd-snapshot", "on-demand");
  private static final String METADATA = ".metadata";

  private final Pattern pattern;

  /** With the names that k3s chooses by itself. */
  K3sFormat() {
    this(DEFAULTS);
  }

  /** With names of an administrator, {@code --etcd-snapshot-name} and {@code save --name}. */
  K3sFormat(Collection<String> names) {
    String any = names.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    pattern = Pattern.compile("((?:" + any + ")-.+)-(\\d{10})(\\.zip)?");
  }

  @Override
  public ForeignFormat format() {
    return new ForeignFormat("k3s", "k3s and RKE2", "k3s/etcd-snapshot-server-0-1714557600.zip");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name(pattern);
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
