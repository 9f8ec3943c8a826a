package dev.etcdbackup.testkit.etcd;

import dev.etcdbackup.testkit.Fixtures;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A directory with an {@code etcd}, and the tools that came with it, for tests that want a certain
 * version or several.
 *
 * <p>Those of this machine are the one that {@value EtcdTools#VARIABLE} or the PATH leads to, and
 * those in the directories that the environment variable {@value #VARIABLE} lists, separated as the
 * PATH is.
 *
 * @param directory the directory
 * @param version the version, {@code 3.5.30} say
 */
public record EtcdBinaries(Path directory, String version) {
  /** The environment variable that lists directories of etcd's programs. */
  public static final String VARIABLE = "ETCDBACKUP_ETCD_BINS";

  private static final Pattern VERSION = Pattern.compile("etcd Version: (\\d+\\.\\d+\\.\\d+)");

  /**
   * All of this machine, one of each line. When there are none the test ends as {@link
   * Fixtures#missing} says.
   *
   * @return the binaries, by their versions
   */
  public static List<EtcdBinaries> all() {
    Map<String, EtcdBinaries> lines = new TreeMap<>();
    found().forEach(binaries -> lines.putIfAbsent(binaries.line(), binaries));
    if (lines.isEmpty()) {
      throw Fixtures.missing(
          "no etcd in $" + EtcdTools.VARIABLE + ", $" + VARIABLE + " or on the PATH");
    }
    return List.copyOf(lines.values());
  }

  /** Those of a version, or of a line of versions. */
  static Optional<EtcdBinaries> find(String version) {
    return found().stream()
        .filter(one -> one.line().equals(version) || one.version().equals(version))
        .findFirst();
  }

  private static List<EtcdBinaries> found() {
    Stream<Path> one = EtcdTools.find("etcd").map(Path::getParent).stream();
    String setting = System.getenv(VARIABLE);
    Stream<Path> more =
        setting == null
            ? Stream.empty()
            : Arrays.stream(setting.split(File.pathSeparator, -1))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of);
    return Stream.concat(one, more)
        .map(Path::toAbsolutePath)
        .distinct()
        .map(directory -> new EtcdBinaries(directory, versionOf(directory)))
        .toList();
  }

  /**
   * The binaries of a line; when there are none the test ends as {@link Fixtures#missing} says.
   *
   * @param line {@code 3.5} say
   * @return the binaries
   */
  public static EtcdBinaries of(String line) {
    return all().stream()
        .filter(binaries -> binaries.line().equals(line))
        .findFirst()
        .orElseThrow(
            () ->
                Fixtures.missing(
                    "no etcd "
                        + line
                        + " in $"
                        + VARIABLE
                        + "; fixtures/etcd DIR gets 3.4, fixtures/etcd DIR forky 3.5"));
  }

  /**
   * The line of versions.
   *
   * @return {@code 3.5} of 3.5.30
   */
  public String line() {
    return version.replaceFirst("\\.[0-9]+$", "");
  }

  /**
   * Begins a server or a cluster of this version.
   *
   * @return the settings
   */
  public EtcdServerBuilder server() {
    return new EtcdServerBuilder(Optional.of(this));
  }

  /**
   * Whether a program came with it.
   *
   * @param program {@code etcdutl} say
   * @return true when it is there
   */
  public boolean has(String program) {
    return Files.isExecutable(directory.resolve(program));
  }

  /**
   * Runs a program to its end.
   *
   * @param program {@code etcdctl} or {@code etcdutl}
   * @param arguments its arguments
   * @return what it wrote to its standard output
   * @throws IOException when it ends with another status than 0, with its error output
   */
  public String run(String program, String... arguments) throws IOException {
    return EtcdTools.run(directory.resolve(program), Map.of("ETCDCTL_API", "3"), arguments);
  }

  /** The version. */
  @Override
  public String toString() {
    return version;
  }

  private static String versionOf(Path directory) {
    String said;
    try {
      said = EtcdTools.run(directory.resolve("etcd"), Map.of(), "--version");
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " holds no etcd that runs", e);
    }
    Matcher version = VERSION.matcher(said);
    if (!version.find()) {
      throw new IllegalStateException(directory + "/etcd tells no version: " + said);
    }
    return version.group(1);
  }
}
