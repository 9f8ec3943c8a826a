package dev.etcdbackup.recovery;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A cluster that lost its quorum, or is gone. Begin with {@link #automated} or {@link
 * #notAutomated}.
 *
 * <p>Immutable; as thread-safe as the sources and the rediscovery in it.
 *
 * @param project the project of its backups
 * @param automated whether it is backed up on a schedule; the data of one that is not are
 *     rediscovered
 * @param note how its data come back when there is no backup, for people; may be empty
 * @param freshFor how old a backup may be to be restored without a special word, 7 days by default
 * @param survivors where a last snapshot may be had that is newer than any backup: each member that
 *     may still answer as a source of its own, or a copy of a member's data; none by default
 * @param rediscovery what rebuilds its data; empty when people do
 */
public record LostCluster(
    String project,
    boolean automated,
    String note,
    Duration freshFor,
    List<SnapshotSource> survivors,
    Optional<DataRebuilder> rediscovery) {
  private static final Duration WEEK = Duration.ofDays(7);

  /** Checks the values and copies the list. */
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
   * A cluster that is backed up on a schedule.
   *
   * @param project the project
   * @return the cluster
   * @throws IllegalArgumentException when the project cannot be one
   */
  public static LostCluster automated(String project) {
    return new LostCluster(project, true, "", WEEK, List.of(), Optional.empty());
  }

  /**
   * A cluster that is not backed up on a schedule.
   *
   * @param project the project
   * @return the cluster
   * @throws IllegalArgumentException when the project cannot be one
   */
  public static LostCluster notAutomated(String project) {
    return new LostCluster(project, false, "", WEEK, List.of(), Optional.empty());
  }

  /**
   * The same with a note.
   *
   * @param note how its data come back
   * @return the changed cluster
   */
  public LostCluster withNote(String note) {
    return new LostCluster(project, automated, note, freshFor, survivors, rediscovery);
  }

  /**
   * The same with another age up to which a backup is restored without a special word.
   *
   * @param freshFor more than 0
   * @return the changed cluster
   */
  public LostCluster withFreshFor(Duration freshFor) {
    return new LostCluster(project, automated, note, freshFor, survivors, rediscovery);
  }

  /**
   * The same with places where a last snapshot may be had.
   *
   * @param survivors the sources, one for each member
   * @return the changed cluster
   */
  public LostCluster withSurvivors(List<SnapshotSource> survivors) {
    return new LostCluster(project, automated, note, freshFor, survivors, rediscovery);
  }

  /**
   * The same with something that rebuilds its data.
   *
   * @param rediscovery run when it had to be rebuilt and is healthy
   * @return the changed cluster
   */
  public LostCluster withRediscovery(DataRebuilder rediscovery) {
    return new LostCluster(project, automated, note, freshFor, survivors, Optional.of(rediscovery));
  }
}
