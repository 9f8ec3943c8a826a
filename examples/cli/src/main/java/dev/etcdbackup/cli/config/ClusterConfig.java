package dev.etcdbackup.cli.config;

import dev.etcdbackup.coverage.CoveredProject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One etcd cluster, as configured.
 *
 * @param project the project its backups belong to
 * @param automated whether it is backed up on a schedule
 * @param endpoints its members, {@code http://HOST:PORT}; may be empty where nothing is backed up
 * @param interval the time from one backup to the next
 * @param keepLast how many backups are kept, 1 or more; empty to keep all
 * @param timeout how long a backup may take
 * @param maxAge how old its newest backup may be; empty for an interval and an hour
 * @param since when it was set up, if that was lately
 * @param tls the files of its TLS connection
 * @param user the user to log in as; comes with the file of the password
 * @param passwordFile the file that holds the password
 * @param recovery how its data comes back when it is lost; may be empty
 */
public record ClusterConfig(
    String project,
    boolean automated,
    List<URI> endpoints,
    Duration interval,
    OptionalInt keepLast,
    Duration timeout,
    Optional<Duration> maxAge,
    Optional<Instant> since,
    Optional<TlsFiles> tls,
    Optional<String> user,
    Optional<Path> passwordFile,
    String recovery) {
  /** How often a cluster is backed up when the configuration does not say: every 24 hours. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofHours(24);

  /** How long a backup may take when the configuration does not say: 10 minutes. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

  /**
   * What coverage expects of this cluster.
   *
   * @return the project
   */
  public CoveredProject covered() {
    if (!automated) {
      return CoveredProject.notAutomated(project, recovery);
    }
    CoveredProject covered = CoveredProject.automated(project, interval);
    covered = maxAge.isPresent() ? covered.withMaxAge(maxAge.get()) : covered;
    return since.isPresent() ? covered.withSince(since.get()) : covered;
  }
}
