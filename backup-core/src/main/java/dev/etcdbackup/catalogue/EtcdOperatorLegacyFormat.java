package dev.etcdbackup.catalogue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code 3.1.8_000000000000002a_etcd.backup}: etcd's version and the revision in hexadecimal,
 * without a time. The etcd operator wrote these until 0.7; the later names are periodic.
 */
final class EtcdOperatorLegacyFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile("\\d+\\.\\d+\\.\\d+(?:[-+][\\w.+-]*)?_([0-7][0-9a-f]{15})_etcd\\.backup");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "etcd-operator",
        "CoreOS' etcd-operator up to 0.7",
        "v1/default/example/3.1.8_000000000000002a_etcd.backup");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().endsWith("_etcd.backup") ? key.name(NAME) : null;
    return name == null
        ? null
        : Found.snapshot(null, key.directory(), List.of())
            .atRevision(Long.parseLong(name.group(1), 16));
  }
}
