package dev.etcdbackup.openpgp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.bouncycastle.openpgp.operator.jcajce.JcePGPDataEncryptorBuilder;
import org.jspecify.annotations.Nullable;

/** A message that is encrypted as it is read: one chunk of the content in, its packets out. */
final class EncryptedMessage extends InputStream {
  private static final int CHUNK = 64 * 1024;

  private final InputStream content;
  private final List<PGPPublicKey> recipients;
  private final byte[] chunk = new byte[CHUNK];
  private final Output output = new Output();
  private @Nullable OutputStream encrypting;
  private @Nullable OutputStream literal;
  private boolean ended;
  private @Nullable IOException failure;

  EncryptedMessage(InputStream content, List<PGPPublicKey> recipients) {
    this.content = content;
    this.recipients = recipients;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    if (failure != null) {
      throw failure;
    }
    try {
      while (output.isEmpty() && !ended) {
        encryptMore();
      }
      return output.take(buffer, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    if (failure == null) {
      failure = new IOException("the message is closed");
    }
    content.close();
  }

  private void encryptMore() throws IOException {
    if (literal == null) {
      begin();
      return;
    }
    int read = content.read(chunk);
    if (read >= 0) {
      literal.write(chunk, 0, read);
      return;
    }
    literal.close();
    Objects.requireNonNull(encrypting).close();
    ended = true;
  }

  private void begin() throws IOException {
    SecureRandom random = new SecureRandom();
    PGPEncryptedDataGenerator generator =
        new PGPEncryptedDataGenerator(
            new JcePGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256)
                .setWithIntegrityPacket(true)
                .setSecureRandom(random));
    for (PGPPublicKey recipient : recipients) {
      generator.addMethod(
          new BcPublicKeyKeyEncryptionMethodGenerator(recipient).setSecureRandom(random));
    }
    try {
      encrypting = generator.open(output, new byte[CHUNK]);
    } catch (PGPException e) {
      throw new IOException("encryption cannot begin: " + e.getMessage(), e);
    }
    literal =
        new PGPLiteralDataGenerator()
            .open(encrypting, PGPLiteralData.BINARY, "", PGPLiteralData.NOW, new byte[CHUNK]);
  }

  /** What was encrypted and not taken yet. */
  private static final class Output extends ByteArrayOutputStream {
    private int taken;

    Output() {
      super(2 * CHUNK);
    }

    boolean isEmpty() {
      return count == 0;
    }

    /** Moves bytes out; -1 when there are none. */
    int take(byte[] buffer, int offset, int length) {
      if (isEmpty()) {
        return -1;
      }
      int moved = Math.min(length, count - taken);
      System.arraycopy(buf, taken, buffer, offset, moved);
      taken += moved;
      if (taken == count) {
        reset();
        taken = 0;
      }
      return moved;
    }
  }
}
