package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.snapshot.HashKv;
import java.util.Optional;

/** Says up to where a backup and the changes after it go. */
final class ReachedText {
  private ReachedText() {}

  static String of(Backup base, Reached reached) {
    String from = base.key() + " and " + Counted.of(reached.events(), "change");
    String time = reached.time().map(it -> ", recorded at " + it).orElse("");
    Optional<HashKv> compared = reached.compared();
    String hash =
        compared
            .map(it -> "HashKV at " + it.revision() + " equals the live cluster's, " + it.hash())
            .orElse("no HashKV was recorded to compare with");
    return "revision " + reached.revision() + time + ": " + from + "; " + hash;
  }
}
