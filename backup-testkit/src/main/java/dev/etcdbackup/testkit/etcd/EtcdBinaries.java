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
 * A directory with the programs of one etcd version, for tests that need a certain version or
 * several.
 *
 * <p>The binaries of this machine are the one in the directory of {@value EtcdTools#VARIABLE} or,
 * when that is not set, on the PATH, and those in the directories of the environment variable
 * {@value #VARIABLE}, which are separated like those of the PATH.
 *
 * @param directory the directory
 * @param version the version, for example {@code 3.5.30}
 */
public record EtcdBinaries(Path directory, String version) {
  /** The environment variable that lists directories of etcd's programs. */
  public static final String VARIABLE = "ETCDBACKUP_ETCD_BINS";

  private static final Pattern VERSION = Pattern.compile("etcd Version: (\\d+\\.\\d+\\.\\d+)");

  /**
   * Returns the binaries of this machine, one for each minor version. When there are none, the test
   * ends as {@link Fixtures#missing} describes.
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

  /** Returns the binaries of a patch version or of a minor version. */
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
   * Returns the binaries of a minor version. When there are none, the test ends as {@link
   * Fixtures#missing} describes.
   *
   * @param line the minor version, for example {@code 3.5}
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
   * Returns the minor version.
   *
   * @return {@code 3.5} for 3.5.30
   */
  public String line() {
    return version.replaceFirst("\\.[0-9]+$", "");
  }

  /**
   * Returns a builder of a server or a cluster of this version.
   *
   * @return the builder
   */
  public EtcdServerBuilder server() {
    return new EtcdServerBuilder(Optional.of(this));
  }

  /**
   * Returns whether the directory contains a program.
   *
   * @param program the name of the program, for example {@code etcdutl}
   * @return true if it does
   */
  public boolean has(String program) {
    return Files.isExecutable(directory.resolve(program));
  }

  /**
   * Runs a program and waits until it ends.
   *
   * @param program {@code etcdctl} or {@code etcdutl}
   * @param arguments its arguments
   * @return its standard output
   * @throws IOException when its exit code is not 0; the message contains its error output
   */
  public String run(String program, String... arguments) throws IOException {
    return EtcdTools.run(directory.resolve(program), Map.of("ETCDCTL_API", "3"), arguments);
  }

  /** Returns the version. */
  @Override
  public String toString() {
    return version;
  }

  private static String versionOf(Path directory) {
    String said;
    try {
      said = EtcdTools.run(directory.resolve("etcd"), Map.of(), "--version");
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " has no etcd that runs", e);
    }
    Matcher version = VERSION.matcher(said);
    if (!version.find()) {
      throw new IllegalStateException(directory + "/etcd reports no version: " + said);
    }
    return version.group(1);
  }
}
