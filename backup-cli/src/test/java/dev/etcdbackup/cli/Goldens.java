package dev.etcdbackup.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.tarball.Tarball;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/** Snapshots that real servers made, and what etcd's own tools say of them: backup-etcd's. */
final class Goldens {
  private static final Path DIRECTORY = Path.of("../backup-snapshot/src/test/resources/golden");

  private Goldens() {}

  static byte[] bytes(String name) {
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(DIRECTORY.resolve(name + ".snap.db.gz")))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same in a tarball of this name. */
  static byte[] tarball(String golden, String name) throws IOException {
    byte[] bytes = bytes(golden);
    try (InputStream packed =
        new Tarball()
                .encode(
                    Content.of(new ByteArrayInputStream(bytes), bytes.length),
                    BackupName.parse(name))
                .stream()) {
      return packed.readAllBytes();
    }
  }

  /** What the manifest says of each. */
  static Stream<JsonNode> manifest() throws IOException {
    JsonNode all = new JsonMapper().readTree(DIRECTORY.resolve("manifest.json").toFile());
    return StreamSupport.stream(all.get("snapshots").spliterator(), false);
  }

  /** Writes bytes to a file, its directories too. */
  static Path write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With a byte in the middle of the pages changed. */
  static byte[] damaged(byte[] bytes) {
    byte[] damaged = bytes.clone();
    damaged[bytes.length / 2] ^= 1;
    return damaged;
  }
}
