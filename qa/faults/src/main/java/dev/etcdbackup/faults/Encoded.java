package dev.etcdbackup.faults;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.PrivateKeys;
import dev.etcdbackup.openpgp.RecipientKeys;
import dev.etcdbackup.tarball.Tarball;
import dev.etcdbackup.zstd.Zstandard;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Backups that are compressed with zstd and then encrypted with OpenPGP. */
final class Encoded {
  static final String[] SUFFIXES = {".zst", ".gpg"};

  private Encoded() {}

  /** Made once: a passphrase is slow to try. */
  private static final class Keys {
    static final BackupEncodings ENCODINGS = read();
  }

  /** All encodings, with a key to encrypt to and its private key. */
  static BackupEncodings encodings() {
    return Keys.ENCODINGS;
  }

  /** A snapshot as it is stored under a name. */
  static byte[] encode(byte[] snapshot, BackupName name) throws IOException {
    Content content = Content.of(new ByteArrayInputStream(snapshot), snapshot.length);
    try (InputStream in = encodings().encode(content, name).stream()) {
      return in.readAllBytes();
    }
  }

  /** The snapshot in stored bytes. */
  static byte[] decode(byte[] stored, BackupName name) throws IOException {
    try (InputStream in = encodings().decode(new ByteArrayInputStream(stored), name)) {
      return in.readAllBytes();
    }
  }

  private static BackupEncodings read() {
    try {
      Path directory = Files.createTempDirectory("etcd-backup-faults-");
      try {
        Path publicKey = copy("public.asc", directory);
        Path privateKey = copy("private.asc", directory);
        try (Passphrase passphrase = Passphrase.read(copy("passphrase", directory))) {
          return BackupEncodings.of(
              new Tarball(),
              new Zstandard(),
              OpenPgpEncoding.builder()
                  .encryptTo(RecipientKeys.read(List.of(publicKey)))
                  .decryptWith(PrivateKeys.read(privateKey, passphrase))
                  .build());
        }
      } finally {
        for (String name : List.of("public.asc", "private.asc", "passphrase")) {
          Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path copy(String name, Path directory) throws IOException {
    Path to = directory.resolve(name);
    try (InputStream in =
        Objects.requireNonNull(Encoded.class.getResourceAsStream("openpgp/" + name))) {
      Files.copy(in, to);
    }
    return to;
  }
}
