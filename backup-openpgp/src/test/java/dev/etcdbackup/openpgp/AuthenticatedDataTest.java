package dev.etcdbackup.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.bcpg.AEADAlgorithmTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.junit.jupiter.api.Test;

/** Messages in the mode OCB, written by Bouncy Castle; {@link GpgTest} reads those of gpg 2.4. */
class AuthenticatedDataTest {
  private static final int MUTANTS = 50 * Integer.getInteger("etcdbackup.test.share", 100);
  private static final int CHUNK = 10; // 1 KiB
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(3, 300);

  private final OpenPgpEncoding encoding = TestKeys.encoding();

  @Test
  void anySizeComesBack() throws IOException {
    for (int size : new int[] {0, 1, 900, 990, 1000, 1003, 1024, 1030, 2048, 10_000}) {
      byte[] plain = Arrays.copyOf(SNAPSHOT, size);
      assertThat(TestKeys.decrypt(encoding, encrypt(plain, CHUNK, AEADAlgorithmTags.OCB)))
          .as(size + " bytes")
          .isEqualTo(plain);
    }
  }

  @Test
  void largeChunksAreRead() throws IOException {
    byte[] message = encrypt(SNAPSHOT, 22, AEADAlgorithmTags.OCB);

    assertThat(MessageHead.read(new ByteArrayInputStream(message)).data().tag())
        .isEqualTo(PacketStream.ENCRYPTED_OCB);
    assertThat(TestKeys.decrypt(encoding, message)).isEqualTo(SNAPSHOT);
  }

  @Test
  void anotherModeIsRefused() throws IOException {
    byte[] message = encrypt(SNAPSHOT, CHUNK, AEADAlgorithmTags.EAX);

    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> TestKeys.decrypt(encoding, message))
        .withMessageContaining("only OCB is read");
  }

  @Test
  void noByteOfAModifiedChunkIsReturned() throws IOException {
    byte[] message = encrypt(SNAPSHOT, CHUNK, AEADAlgorithmTags.OCB);
    message[message.length / 2] ^= 1;
    InputStream decrypting = encoding.decode(new ByteArrayInputStream(message), TestKeys.NAME);
    ByteArrayOutputStream seen = new ByteArrayOutputStream();

    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> decrypting.transferTo(seen));
    assertThat(seen.toByteArray()).isEqualTo(Arrays.copyOf(SNAPSHOT, seen.size()));
  }

  @Test
  void everyCutIsRefused() throws IOException {
    byte[] message = encrypt(Arrays.copyOf(SNAPSHOT, 2100), CHUNK, AEADAlgorithmTags.OCB);

    for (int length = 0; length < message.length; length++) {
      byte[] cut = Arrays.copyOf(message, length);
      assertThatExceptionOfType(CorruptBackupException.class)
          .as("cut to " + length)
          .isThrownBy(() -> TestKeys.decrypt(encoding, cut));
    }
  }

  @Test
  void mutantsAreRefusedOrTheSame() throws IOException {
    byte[] plain = Arrays.copyOf(SNAPSHOT, 3000);
    byte[] message = encrypt(plain, CHUNK, AEADAlgorithmTags.OCB);
    Random random = new Random(15);
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = message.clone();
      int at = random.nextInt(mutant.length);
      int from = random.nextInt(mutant.length);
      int count = Math.min(1 + random.nextInt(1100), mutant.length - Math.max(at, from));
      if (random.nextBoolean()) {
        mutant[at] ^= (byte) (1 << random.nextInt(8));
      } else {
        System.arraycopy(message, from, mutant, at, count);
      }
      try {
        assertThat(TestKeys.decrypt(encoding, mutant)).as("mutant " + i).isEqualTo(plain);
      } catch (CorruptBackupException | KeyUnavailableException refused) {
        assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(300);
      }
    }
  }

  private static byte[] encrypt(byte[] plain, int chunk, int mode) throws IOException {
    BcPGPDataEncryptorBuilder builder =
        new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256);
    builder.setWithAEAD(mode, chunk);
    builder.setUseV5AEAD();
    PGPEncryptedDataGenerator generator = new PGPEncryptedDataGenerator(builder);
    for (PGPPublicKey recipient : TestKeys.recipients().at(Instant.now())) {
      generator.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(recipient));
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try (OutputStream encrypting = generator.open(message, new byte[512]);
        OutputStream literal =
            new PGPLiteralDataGenerator()
                .open(encrypting, PGPLiteralData.BINARY, "", plain.length, PGPLiteralData.NOW)) {
      literal.write(plain);
    } catch (PGPException e) {
      throw new IOException(e);
    }
    return message.toByteArray();
  }
}
