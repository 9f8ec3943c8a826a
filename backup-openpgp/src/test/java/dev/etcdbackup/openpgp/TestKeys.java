package dev.etcdbackup.openpgp;

import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The key of the golden backup, which serves all tests that need just any. */
final class TestKeys {
  static final BackupName NAME = BackupName.parse("etcd.backup_v1450_2020-01-30-20:44:41.gpg");

  private TestKeys() {}

  static Path file(String name) {
    try {
      return Path.of(Objects.requireNonNull(TestKeys.class.getResource("/golden/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static RecipientKeys recipients() {
    try {
      return RecipientKeys.read(List.of(file("public.asc")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Read once: a passphrase is made slow to try. */
  static PrivateKeys privateKeys() {
    return Unlocked.KEYS;
  }

  /** Read once, too. */
  static SigningKey signingKey() {
    return UnlockedToSign.KEY;
  }

  private static final class Unlocked {
    static final PrivateKeys KEYS = read(PrivateKeys::read);
  }

  private static final class UnlockedToSign {
    static final SigningKey KEY = read(SigningKey::read);
  }

  private interface Reader<T> {
    T read(Path file, Passphrase passphrase) throws IOException;
  }

  private static <T> T read(Reader<T> reader) {
    try (Passphrase passphrase = Passphrase.read(file("passphrase"))) {
      return reader.read(file("private.asc"), passphrase);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static OpenPgpEncoding encoding() {
    return OpenPgpEncoding.builder().encryptTo(recipients()).decryptWith(privateKeys()).build();
  }

  static byte[] encrypt(OpenPgpEncoding encoding, byte[] plain) throws IOException {
    try (InputStream in =
        encoding.encode(Content.of(new ByteArrayInputStream(plain)), NAME).stream()) {
      return in.readAllBytes();
    }
  }

  static byte[] decrypt(OpenPgpEncoding encoding, byte[] encrypted) throws IOException {
    try (InputStream in = encoding.decode(new ByteArrayInputStream(encrypted), NAME)) {
      return in.readAllBytes();
    }
  }
}
