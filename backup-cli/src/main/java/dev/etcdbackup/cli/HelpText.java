package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What {@code etcd-backup --help} prints, from a file: to make it of the annotations of all
 * commands takes several times as long as to start. {@code CommandsTest} writes the file.
 */
final class HelpText {
  private static final String FILE = "help.txt";

  private HelpText() {}

  /** Whether the help is asked for, and nothing else. */
  static boolean isAskedFor(String... args) {
    return args.length == 1 && List.of("-h", "--help").contains(args[0]);
  }

  static String read() {
    try (InputStream file =
        Objects.requireNonNull(HelpText.class.getResourceAsStream(FILE), FILE)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
