package dev.etcdbackup.cli.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The content of a configuration file.
 *
 * @param store where the backups are; empty when the file does not say
 * @param createStore whether the directory of the store is created when it does not exist
 * @param lock the lock between replicas; empty when there is only one replica
 * @param listen the address that serves metrics and coverage; empty when none does
 * @param tarballZone the zone in which the times in the names of tarballs are read; UTC by default
 * @param copyTo the second stores, no name twice
 * @param clusters the clusters, in the order of the file, no project twice
 */
public record BackupConfig(
    Optional<StoreAddress> store,
    boolean createStore,
    Optional<LockConfig> lock,
    Optional<InetSocketAddress> listen,
    ZoneId tarballZone,
    List<SecondStoreConfig> copyTo,
    List<ClusterConfig> clusters) {
  /** Copies the lists. */
  public BackupConfig {
    copyTo = List.copyOf(copyTo);
    clusters = List.copyOf(clusters);
  }

  /** A configuration needs five levels. Each one takes a piece of the stack. */
  private static final StreamReadConstraints DEPTH =
      StreamReadConstraints.builder().maxNestingDepth(50).build();

  /**
   * Reads a file and checks all of it. The end of its name determines the format: {@code .txt} is a
   * {@code clusters.txt}, {@code .json} is JSON, everything else is YAML. The encoding is UTF-8.
   *
   * @param file the file; relative paths in it start from its directory
   * @param tlsDir the directory of the TLS secrets of a {@code clusters.txt}; when empty the file's
   *     directory
   * @return the content
   * @throws ConfigException when the file cannot be read or something in it is wrong
   */
  public static BackupConfig read(Path file, Optional<Path> tlsDir) throws ConfigException {
    String text = text(file);
    String name = file.toString();
    Path directory = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    String kind = name.toLowerCase(Locale.ROOT);
    if (kind.endsWith(".txt")) {
      return new ClustersTxt(name, tlsDir.orElse(directory)).read(text);
    }
    JsonFactory format =
        (kind.endsWith(".json") ? JsonFactory.builder() : YAMLFactory.builder())
            .streamReadConstraints(DEPTH)
            .build();
    return new ClustersDocument(directory).read(ConfigNode.read(name, text, format));
  }

  /**
   * The projects whose coverage is reported.
   *
   * @return the projects, in the order of the file
   */
  public List<CoveredProject> covered() {
    return clusters.stream().map(ClusterConfig::covered).toList();
  }

  private static String text(Path file) throws ConfigException {
    try {
      String text = Files.readString(file);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": there is no such file");
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": is not UTF-8");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + FailureText.withoutFile(e));
    }
  }
}
