package dev.etcdbackup.cli;

import dev.etcdbackup.cli.config.ClusterConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of all commands that are neither of the store nor of etcd nor of an encoding. */
final class GlobalOptions {
  /** The names of all of them. */
  static final Set<String> NAMES =
      Set.of("--timeout", "--tarball-zone", "--k3s-name", "--now", "-o", "--output", "--debug");

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "DURATION",
      description = "How long a backup may take: 90s, 10m, 1h. Default: 10m.")
  Duration timeout = ClusterConfig.DEFAULT_TIMEOUT;

  @Option(
      names = "--tarball-zone",
      scope = ScopeType.INHERIT,
      paramLabel = "ZONE",
      description =
          "The time zone of the times in the names of tarballs that are read: Europe/Zurich,"
              + " +01:00. New ones are always named in UTC. Default: tarballZone of the"
              + " configuration, else UTC.")
  @Nullable ZoneId tarballZone;

  @Option(
      names = "--k3s-name",
      scope = ScopeType.INHERIT,
      converter = Converters.K3sName.class,
      paramLabel = "NAME",
      description =
          "Recognise snapshots of k3s and RKE2 that were named by --etcd-snapshot-name NAME or save"
              + " --name NAME. May be repeated.")
  List<String> k3sNames = List.of();

  @Option(
      names = "--now",
      scope = ScopeType.INHERIT,
      paramLabel = "INSTANT",
      description = "The time to use instead of the clock, 2020-02-03T21:00:00Z. For tests.")
  @Nullable Instant now;

  @Option(
      names = {"-o", "--output"},
      scope = ScopeType.INHERIT,
      paramLabel = "text|json",
      description = "The format of results. Default: text.")
  Output.Format format = Output.Format.TEXT;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces of failures.")
  boolean debug;
}
