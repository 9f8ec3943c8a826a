package dev.etcdbackup.cli.config;

import dev.etcdbackup.retention.RetentionPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A store to which {@code run} copies backups, as configured.
 *
 * @param name its name in messages and metrics
 * @param store where it is
 * @param endpoint its S3 server; empty for that of the first store
 * @param region its region; empty for that of the first store
 * @param ca the certificates to trust for the endpoint; empty for those of the first store
 * @param profile the profile whose credentials are used; empty for those of the environment
 * @param projects the projects that are copied to it; empty for all
 * @param retention what it keeps; empty to keep everything
 * @param serverSide whether the S3 server of both stores copies
 */
public record SecondStoreConfig(
    String name,
    StoreAddress store,
    Optional<URI> endpoint,
    Optional<String> region,
    Optional<Path> ca,
    Optional<String> profile,
    List<String> projects,
    Optional<RetentionPolicy> retention,
    boolean serverSide) {
  /** Copies the list. */
  public SecondStoreConfig {
    projects = List.copyOf(projects);
  }

  /**
   * Returns whether the backups of a project are copied to this store.
   *
   * @param project the project
   * @return true if they are
   */
  public boolean takes(String project) {
    return projects.isEmpty() || projects.contains(project);
  }
}
