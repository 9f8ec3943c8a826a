package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a run of the command line tool in this process did. */
record Cli(int code, String out, String err) {
  private static final Pattern CLASS =
      Pattern.compile("[a-z]Exception|\\b(?:java|dev\\.etcdbackup|io\\.grpc|software\\.amazon)\\.");

  static Cli run(String... args) {
    return run(false, new ByteArrayOutputStream(), args);
  }

  /** Runs as if standard error were a terminal. */
  static Cli onTerminal(String... args) {
    return run(true, new ByteArrayOutputStream(), args);
  }

  /** Runs with a standard output that can be read before the end. */
  static Cli run(ByteArrayOutputStream out, String... args) {
    return run(false, out, args);
  }

  private static Cli run(boolean terminal, ByteArrayOutputStream out, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = EtcdBackupCommand.run(Interruption.none(), out, err, terminal, args);
    String said = err.toString(StandardCharsets.UTF_8);
    assertThat(said.lines().filter(line -> line.startsWith("etcd-backup: ")))
        .as("no names of classes and packages")
        .noneMatch(line -> CLASS.matcher(line).find());
    return new Cli(code, out.toString(StandardCharsets.UTF_8), said);
  }

  /** Runs with a directory as the store, given before the command. */
  static Cli on(Path store, String... args) {
    return run(
        Stream.concat(Stream.of("--store", store.toUri().toString()), Stream.of(args))
            .toArray(String[]::new));
  }

  /** The seed's listing, byte for byte. */
  static String seedListing() {
    try (InputStream in = Cli.class.getResourceAsStream("seed-listing.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A directory store that holds the seed's objects, all of them empty. */
  static Path seedIn(Path directory) throws IOException {
    return storeIn(directory, seedListing().lines().toList());
  }

  /** A directory store of empty objects. */
  static Path storeIn(Path directory, List<String> keys) throws IOException {
    for (String key : keys) {
      Path file = directory.resolve(key);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
    return directory;
  }
}
