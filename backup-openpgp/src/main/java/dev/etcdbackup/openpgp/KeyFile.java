package dev.etcdbackup.openpgp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPImplementation;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPImplementation;
import org.jspecify.annotations.Nullable;

/** The OpenPGP keys in a file, armoured or binary, as {@code gpg --export} writes them. */
final class KeyFile {
  /** The implementation without a security provider. */
  static final OpenPGPImplementation IMPLEMENTATION = new BcOpenPGPImplementation();

  private static final int MAX_BYTES = 16 << 20;
  private static final byte[] ARMOR = {'-', '-', '-', '-', '-', 'B', 'E', 'G', 'I', 'N'};

  private KeyFile() {}

  /** The public keys of a file that holds nothing but public keys. */
  static List<OpenPGPCertificate> certificates(Path file) throws IOException {
    return read(
        file,
        "public key",
        found ->
            found instanceof PGPPublicKeyRing ring
                ? new OpenPGPCertificate(ring, IMPLEMENTATION)
                : null);
  }

  /** The private keys of a file that holds nothing but private keys. */
  static List<OpenPGPKey> privateKeys(Path file) throws IOException {
    return read(
        file,
        "private key",
        found ->
            found instanceof PGPSecretKeyRing ring ? new OpenPGPKey(ring, IMPLEMENTATION) : null);
  }

  private static <T> List<T> read(Path file, String what, Function<Object, @Nullable T> as)
      throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    try {
      List<T> keys = new ArrayList<>();
      if (bytes.length <= MAX_BYTES) {
        for (byte[] block : blocks(bytes)) {
          PGPObjectFactory objects =
              IMPLEMENTATION.pgpObjectFactory(
                  PGPUtil.getDecoderStream(new ByteArrayInputStream(block)));
          for (Object found = objects.nextObject(); found != null; found = objects.nextObject()) {
            T key = as.apply(found);
            if (key == null) {
              throw new IllegalArgumentException(file + " holds something else than a " + what);
            }
            keys.add(key);
          }
        }
      }
      if (!keys.isEmpty()) {
        return keys;
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof IllegalArgumentException ours && e.getCause() == null && isOurs(e, file)) {
        throw ours;
      }
      // Its message may quote what the file holds.
      throw new IllegalArgumentException(file + " holds no OpenPGP " + what);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
    throw new IllegalArgumentException(file + " holds no OpenPGP " + what);
  }

  private static boolean isOurs(Exception e, Path file) {
    return String.valueOf(e.getMessage()).startsWith(file + " holds ");
  }

  /** The armoured blocks of a file, which may be several; the whole file when it is binary. */
  private static List<byte[]> blocks(byte[] bytes) {
    List<byte[]> blocks = new ArrayList<>();
    int from = 0;
    for (int at = 1; at < bytes.length - ARMOR.length && (bytes[0] & 0x80) == 0; at++) {
      if (bytes[at - 1] == '\n'
          && Arrays.equals(bytes, at, at + ARMOR.length, ARMOR, 0, ARMOR.length)) {
        blocks.add(Arrays.copyOfRange(bytes, from, at));
        from = at;
      }
    }
    blocks.add(Arrays.copyOfRange(bytes, from, bytes.length));
    return blocks;
  }
}
