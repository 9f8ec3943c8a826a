package dev.etcdbackup.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** GnuPG with a directory and a key pair of its own. The private key has no passphrase. */
final class GpgHome implements Closeable {
  private static final String USER = "bench@example.org";

  private final Path directory;

  private GpgHome(Path directory) {
    this.directory = directory;
  }

  /** Makes the directory and the keys. */
  static GpgHome create(Path directory) throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    GpgHome home = new GpgHome(directory);
    Program.output(
        home.gpg("--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", USER));
    Program.output(home.gpg("--output", home.publicKey().toString(), "--export", USER));
    Program.output(
        home.gpg("--output", home.privateKey().toString(), "--export-secret-keys", USER));
    return home;
  }

  Path publicKey() {
    return directory.resolve("bench.pub");
  }

  Path privateKey() {
    return directory.resolve("bench.key");
  }

  Command encrypt(Path from, Path to) {
    return new Command(
        gpg(
            "--trust-model",
            "always",
            "--compress-algo",
            "none",
            "--recipient",
            USER,
            "--output",
            to.toString(),
            "--encrypt",
            from.toString()),
        Map.of());
  }

  Command decrypt(Path file) {
    return new Command(gpg("--output", "/dev/null", "--decrypt", file.toString()), Map.of());
  }

  private List<String> gpg(String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of("gpg", "--homedir", directory.toString(), "--batch", "--yes", "--quiet"));
    words.addAll(List.of(arguments));
    return words;
  }

  /** Ends the agent that gpg started. */
  @Override
  public void close() throws IOException {
    Program.output(List.of("gpgconf", "--homedir", directory.toString(), "--kill", "gpg-agent"));
  }
}
