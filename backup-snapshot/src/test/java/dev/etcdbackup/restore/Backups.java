package dev.etcdbackup.restore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Snapshots of real servers, and what the official tools made of them. */
final class Backups {
  /** Keys, leases, tombstones, two compactions, values of 200 KB, and authentication on. */
  static final List<String> RICH =
      List.of("3.4.23-rich-auth", "3.5.30-rich-auth", "3.6.14-rich-auth");

  private Backups() {}

  /** Unpacks a snapshot into a directory. */
  static Path snapshot(String name, Path directory) throws IOException {
    Path file = directory.resolve(name + ".snap.db");
    if (!Files.exists(file)) {
      try (InputStream in = new GZIPInputStream(resource(name + ".snap.db.gz"))) {
        Files.copy(in, file);
      }
    }
    return file;
  }

  /** A file the official tools wrote. */
  static byte[] official(String name) throws IOException {
    try (InputStream in = resource("restore/" + name)) {
      return in.readAllBytes();
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = Backups.class.getResourceAsStream("/golden/" + name);
    if (in == null) {
      throw new IOException("golden/" + name + " is missing");
    }
    return in;
  }
}
