package dev.etcdbackup.restore;

import dev.etcdbackup.snapshot.Preflight;
import java.nio.file.Path;
import java.util.List;

/**
 * A member whose data directory was restored.
 *
 * @param dataDir its data directory
 * @param name its name, to be given to etcd as {@code --name}
 * @param memberId its id, an unsigned number
 * @param clusterId the id of its cluster, an unsigned number. Members whose ids differ here were
 *     restored with different initial clusters or tokens, and will not form one cluster
 * @param revision the revision it starts with
 * @param warnings what to know before starting it, a line each; usually empty
 * @param preflight what to know of the backup before starting it; of the values that Kubernetes
 *     encrypted, those of the part that was restored, recorded changes not included
 */
public record RestoredMember(
    Path dataDir,
    String name,
    long memberId,
    long clusterId,
    long revision,
    List<String> warnings,
    Preflight preflight) {
  /** Copies the list. */
  public RestoredMember {
    warnings = List.copyOf(warnings);
  }
}
