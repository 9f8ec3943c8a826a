package dev.etcdbackup.recovery;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A cluster that lost its quorum or all of its members, and how it may be recovered. Create one
 * with {@link #automated} or {@link #notAutomated}.
 *
 * <p>Immutable. Thread-safe when the sources and the rebuilder in it are.
 *
 * @param project the project under which its backups are stored
 * @param automated whether the cluster is backed up on a schedule. The data of a cluster that is
 *     not are rebuilt from their original sources
 * @param note instructions for people on how to rebuild the data when there is no usable backup;
 *     may be empty
 * @param freshFor the age up to which a backup is restored without confirmation; more than 0, 7
 *     days by default
 * @param survivors sources that may still provide a snapshot newer than any backup: one for each
 *     member that may still answer, or for a copy of a member's data; empty by default
 * @param rediscovery rebuilds the data of the cluster; empty when people do that
 */
public record LostCluster(
    String project,
    boolean automated,
    String note,
    Duration freshFor,
    List<SnapshotSource> survivors,
    Optional<DataRebuilder> rediscovery) {
  private static final Duration WEEK = Duration.ofDays(7);

  /**
   * Checks the values and copies the list.
   *
   * @throws IllegalArgumentException when the project is not a valid project or {@code freshFor} is
   *     0 or negative
   */
  public LostCluster {
    BackupKey.requireProject(project);
    Objects.requireNonNull(note, "note");
    Objects.requireNonNull(rediscovery, "rediscovery");
    survivors = List.copyOf(survivors);
    if (freshFor.isNegative() || freshFor.isZero()) {
      throw new IllegalArgumentException("freshFor must be more than 0, not " + freshFor);
    }
  }

  /**
   * Returns a cluster that is backed up on a schedule, with the defaults above.
   *
   * @param project the project under which its backups are stored
   * @return the cluster
   * @throws IllegalArgumentException when the project is not a valid project
   */
  public static LostCluster automated(String project) {
    return new LostCluster(project, true, "", WEEK, List.of(), Optional.empty());
  }

  /**
   * Returns a cluster that is not backed up on a schedule, with the defaults above.
   *
   * @param project the project under which its backups are stored
   * @return the cluster
   * @throws IllegalArgumentException when the project is not a valid project
   */
  public static LostCluster notAutomated(String project) {
    return new LostCluster(project, false, "", WEEK, List.of(), Optional.empty());
  }

  /**
   * Returns a copy with another note.
   *
   * @param note instructions for people on how to rebuild the data
   * @return the changed cluster
   */
  public LostCluster withNote(String note) {
    return new LostCluster(project, automated, note, freshFor, survivors, rediscovery);
  }

  /**
   * Returns a copy with another age up to which a backup is restored without confirmation.
   *
   * @param freshFor the age; more than 0
   * @return the changed cluster
   * @throws IllegalArgumentException when the age is 0 or negative
   */
  public LostCluster withFreshFor(Duration freshFor) {
    return new LostCluster(project, automated, note, freshFor, survivors, rediscovery);
  }

  /**
   * Returns a copy with sources that may still provide a snapshot.
   *
   * @param survivors the sources, one for each member
   * @return the changed cluster
   */
  public LostCluster withSurvivors(List<SnapshotSource> survivors) {
    return new LostCluster(project, automated, note, freshFor, survivors, rediscovery);
  }

  /**
   * Returns a copy whose data a rebuilder restores.
   *
   * @param rebuilder called when the cluster was started empty and is healthy
   * @return the changed cluster
   */
  public LostCluster withRediscovery(DataRebuilder rebuilder) {
    return new LostCluster(project, automated, note, freshFor, survivors, Optional.of(rebuilder));
  }
}
