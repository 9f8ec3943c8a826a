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
  private final Path home;

  private Gpg(Path home) {
    this.home = home;
  }

  /** The directory has a short path, because the path of the agent's socket is limited. */
  static Gpg start() throws IOException {
    Gpg gpg = new Gpg(Files.createTempDirectory("g"));
    try {
      gpg.run("--version");
    } catch (IOException e) {
      gpg.close();
      throw Fixtures.missing("GnuPG is needed as 'gpg' on the PATH: " + e.getMessage());
    }
    return gpg;
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
    List<String> command = new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch"));
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
