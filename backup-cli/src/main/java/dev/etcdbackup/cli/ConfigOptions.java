package dev.etcdbackup.cli;

import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ConfigException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The configuration file. */
final class ConfigOptions {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description =
          "The clusters: YAML, JSON (.json), or lines of clusters.txt (.txt):"
              + " project.namespace.intervalSeconds.maxBackups.tlsSecret. Its 'store' is used when"
              + " --store is not given.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path config;

  @Option(
      names = "--tls-dir",
      paramLabel = "DIR",
      description =
          "Where the TLS secrets of clusters.txt are, a directory each. Default: beside the file.")
  private @Nullable Path tlsDir;

  /** The file as it was given. */
  Path file() {
    return config;
  }

  BackupConfig read() throws ConfigException {
    return BackupConfig.read(config, Optional.ofNullable(tlsDir));
  }
}
