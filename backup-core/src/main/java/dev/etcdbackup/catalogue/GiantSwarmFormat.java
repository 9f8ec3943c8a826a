package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code INSTALLATION-CLUSTER-v3-2024-05-01T10-00-00.db.tar.gz} in local time, with {@code .enc}
 * when it is encrypted with a passphrase. Those of etcd 2, with {@code -v2-}, hold no snapshot.
 */
final class GiantSwarmFormat implements NameFormat {
  private static final Pattern NAME =
      Pattern.compile(
          "(.+-v3)-(\\d{4}-\\d{2}-\\d{2}T\\d{2}-\\d{2}-\\d{2})\\.db\\.tar\\.gz(\\.enc)?");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "giantswarm",
        "Giant Swarm's etcd-backup-operator",
        "etcd/ginger-control-plane-v3-2024-05-01T10-00-00.db.tar.gz.enc");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name().contains(".db.tar.gz") ? key.name(NAME) : null;
    Instant time = name == null ? null : Times.ofDigits(name.group(2), key.localZone());
    if (name == null || time == null) {
      return null;
    }
    List<String> encodings =
        name.group(3) == null ? List.of("tar", "gzip") : List.of("tar", "gzip", "openpgp");
    return Found.snapshot(time, key.series(name.group(1)), encodings);
  }
}
