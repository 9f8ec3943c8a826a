package dev.etcdbackup.openpgp;

import dev.etcdbackup.testkit.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** GnuPG with a home directory of its own. Closing ends its agent and deletes the directory. */
final class Gpg implements AutoCloseable {
  private final String program;
  private final Path home;
  private String version = "";

  private Gpg(String program, Path home) {
    this.program = program;
    this.home = home;
  }

  /**
   * The programs to test with: {@code gpg} of the PATH, and those that {@code ETCDBACKUP_GPGS}
   * lists, separated by colons.
   */
  static List<String> programs() {
    List<String> programs = new ArrayList<>(List.of("gpg"));
    String more = System.getenv("ETCDBACKUP_GPGS");
    if (more != null && !more.isBlank()) {
      programs.addAll(List.of(more.strip().split(":")));
    }
    return programs;
  }

  static Gpg start() throws IOException {
    return start("gpg");
  }

  /**
   * The directory has a short path, because the path of the agent's socket is limited. Passphrases
   * are hashed a thousandth of what gpg hashes by default, for the tests unlock keys dozens of
   * times; the golden key is the one that has gpg's default.
   */
  static Gpg start(String program) throws IOException {
    Gpg gpg = new Gpg(program, Files.createTempDirectory("g"));
    try {
      Files.writeString(gpg.file("gpg-agent.conf"), "s2k-count 65536\n");
      gpg.version = gpg.run("--version").lines().findFirst().orElseThrow().replaceAll(".* ", "");
    } catch (IOException e) {
      gpg.close();
      throw Fixtures.missing("GnuPG is needed as '" + program + "': " + e.getMessage());
    }
    return gpg;
  }

  /** Whether it knows the mode OCB, as 2.3 and later do. Debian's use it when they are told to. */
  boolean knowsOcb() {
    return !version.startsWith("2.2.");
  }

  Path file(String name) {
    return home.resolve(name);
  }

  /** Makes a key with a subkey for encryption and exports both halves: NAME.pub and NAME.key. */
  void newKey(String name, String primary, String subkey, String passphrase) throws IOException {
    run(passphrase, "--quick-generate-key", name, primary, "sign", "never");
    run(passphrase, "--quick-add-key", fingerprint(name), subkey, "encr", "never");
    export(name, passphrase);
  }

  void export(String name, String passphrase) throws IOException {
    run("--yes", "-o", file(name + ".pub").toString(), "--export", "=" + name);
    run(
        passphrase,
        "--yes",
        "-o",
        file(name + ".key").toString(),
        "--export-secret-keys",
        "=" + name);
  }

  /** The fingerprint of the primary key. */
  String fingerprint(String name) throws IOException {
    return run("--with-colons", "--list-keys", "=" + name)
        .lines()
        .filter(line -> line.startsWith("fpr:"))
        .findFirst()
        .orElseThrow()
        .split(":", -1)[9];
  }

  String run(String option, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(program, "--homedir", home.toString(), "--batch"));
    command.addAll(List.of("--quiet", "--no-tty", "--trust-model", "always"));
    if (!option.startsWith("--")) {
      command.addAll(List.of("--pinentry-mode", "loopback", "--passphrase", option.strip()));
    } else {
      command.add(option);
    }
    command.addAll(List.of(arguments));
    return start(command);
  }

  private String start(List<String> command) throws IOException {
    Path errors = file("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + ": " + Files.readString(errors));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return output;
  }

  @Override
  public void close() throws IOException {
    try {
      start(List.of("gpgconf", "--homedir", home.toString(), "--kill", "all"));
    } catch (IOException notInstalled) {
      // Then no agent runs.
    }
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(Gpg::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
