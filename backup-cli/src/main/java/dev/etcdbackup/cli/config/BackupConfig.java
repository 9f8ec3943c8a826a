package dev.etcdbackup.cli.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.etcdbackup.coverage.CoveredProject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A configuration file, read.
 *
 * @param store where the backups are, if the file says
 * @param lock what makes one of many replicas write; when absent, only one is to be run
 * @param listen where metrics and coverage are served, if they are to be
 * @param clusters the clusters, in the order of the file, no project twice
 */
public record BackupConfig(
    Optional<StoreAddress> store,
    Optional<LockConfig> lock,
    Optional<InetSocketAddress> listen,
    List<ClusterConfig> clusters) {
  /** Copies the list. */
  public BackupConfig {
    clusters = List.copyOf(clusters);
  }

  /**
   * Reads a file whole and checks all of it. The end of its name says what it is: {@code .txt} are
   * lines of {@code clusters.txt}, {@code .json} is JSON, everything else is YAML. UTF-8.
   *
   * @param file the file; relative paths in it start from its directory
   * @param tlsDir where the directories of the TLS secrets of a {@code clusters.txt} are; by
   *     default the file's directory
   * @return what it says
   * @throws ConfigException when it cannot be read, or something in it cannot be meant
   */
  public static BackupConfig read(Path file, Optional<Path> tlsDir) throws ConfigException {
    String text = text(file);
    String name = file.toString();
    Path directory = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    String kind = name.toLowerCase(Locale.ROOT);
    if (kind.endsWith(".txt")) {
      return new ClustersTxt(name, tlsDir.orElse(directory)).read(text);
    }
    JsonFactory format = kind.endsWith(".json") ? new JsonFactory() : new YAMLFactory();
    return new ClustersDocument(directory).read(Node.read(name, text, format));
  }

  /**
   * What coverage expects.
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
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }
}
