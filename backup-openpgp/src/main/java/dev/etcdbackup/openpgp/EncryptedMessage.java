package dev.etcdbackup.openpgp;

import dev.etcdbackup.internal.ConvertedStream;
import dev.etcdbackup.internal.PendingOutput;
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
final class EncryptedMessage extends ConvertedStream {
  private static final int CHUNK = 64 * 1024;

  private final InputStream content;
  private final List<PGPPublicKey> recipients;
  private final byte[] chunk = new byte[CHUNK];
  private final PendingOutput output = new PendingOutput(2 * CHUNK);
  private @Nullable OutputStream encrypting;
  private @Nullable OutputStream literal;
  private boolean ended;

  EncryptedMessage(InputStream content, List<PGPPublicKey> recipients) {
    this.content = content;
    this.recipients = recipients;
  }

  @Override
  protected int convert(byte[] target, int offset, int length) throws IOException {
    while (output.isEmpty() && !ended) {
      encryptMore();
    }
    return output.take(target, offset, length);
  }

  @Override
  public void close() throws IOException {
    super.close();
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
}
