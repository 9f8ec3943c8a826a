package dev.etcdbackup.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenPgpEncodingTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(3, 300);
  private static final int MUTANTS = 50 * Integer.getInteger("etcdbackup.test.share", 100);

  private final OpenPgpEncoding encoding = TestKeys.encoding();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 65_000, 65_535, 65_536, 65_537, 131_072, 1_000_000})
  void anySizeComesBack(int size) throws IOException {
    byte[] plain = new byte[size];
    new Random(size).nextBytes(plain);

    byte[] encrypted = TestKeys.encrypt(encoding, plain);
    assertThat(TestKeys.decrypt(encoding, encrypted)).isEqualTo(plain);
  }

  /** The code at the end lies before, across and after the ends of the chunks of decryption. */
  @Test
  void codeMayLieAnywhere() throws IOException {
    for (int size = 2 * 65_536 - 75; size < 2 * 65_536; size++) {
      byte[] plain = new byte[size];
      new Random(size).nextBytes(plain);
      byte[] encrypted = TestKeys.encrypt(encoding, plain);

      assertThat(TestKeys.decrypt(encoding, encrypted)).as("size " + size).isEqualTo(plain);
      for (int from : new int[] {1, 23, 40_000, 100_000}) {
        byte[] changed = encrypted.clone();
        changed[encrypted.length - from] ^= 1;
        assertRefused(changed);
      }
    }
  }

  @Test
  void hashingEndsAtTheEndOfTheMessageAtAFailureAndOnClose() throws Exception {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);
    byte[] changed = encrypted.clone();
    changed[changed.length - 1] ^= 1;

    InputStream closed = encoding.decode(new ByteArrayInputStream(encrypted), TestKeys.NAME);
    closed.skipNBytes(200_000);
    assertThat(hashingThreads()).isNotEmpty();
    closed.close();
    assertNoThreadHashes();
    encoding.decode(new ByteArrayInputStream(encrypted), TestKeys.NAME).readAllBytes();
    assertNoThreadHashes();
    assertRefused(changed);
    assertNoThreadHashes();
  }

  /** One that has no more to do may not be gone yet. */
  private static void assertNoThreadHashes() throws InterruptedException {
    for (Thread thread : hashingThreads()) {
      thread.join(30_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private static List<Thread> hashingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("etcd-backup-sha1"))
        .toList();
  }

  @Test
  void interruptDoesNotDisturbDecryptionAndIsKept() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);

    Thread.currentThread().interrupt();
    byte[] plain = TestKeys.decrypt(encoding, encrypted);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(plain).isEqualTo(SNAPSHOT);
  }

  @Test
  void messageNamesItsRecipientsAndSameContentNeverLooksTheSame() throws IOException {
    byte[] one = TestKeys.encrypt(encoding, SNAPSHOT);
    byte[] two = TestKeys.encrypt(encoding, SNAPSHOT);

    assertThat(MessageHead.read(new ByteArrayInputStream(one)).recipients())
        .isEqualTo(TestKeys.recipients().keyIds(Instant.now()));
    assertThat(Arrays.mismatch(tail(one), tail(two))).isLessThan(3);
  }

  private static byte[] tail(byte[] message) {
    return Arrays.copyOfRange(message, message.length - 64, message.length);
  }

  @Test
  void armourIsRead() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encrypted);
    String armored =
        "-----BEGIN PGP MESSAGE-----\nVersion: 1\n\n"
            + body
            + "\n=abcd\n-----END PGP MESSAGE-----\n";

    assertThat(TestKeys.decrypt(encoding, armored.getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(SNAPSHOT);
  }

  @Test
  void withoutThePrivateKeyTheMessageSaysWhichIsNeeded() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);
    OpenPgpEncoding publicOnly = OpenPgpEncoding.builder().encryptTo(TestKeys.recipients()).build();

    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> TestKeys.decrypt(publicOnly, encrypted))
        .withMessageStartingWith(TestKeys.NAME + " is encrypted to the key ")
        .withMessageContaining(
            MessageHead.read(new ByteArrayInputStream(encrypted)).recipients().get(0).toString());
  }

  @Test
  void withoutAPublicKeyNothingIsWritten() {
    OpenPgpEncoding none = OpenPgpEncoding.builder().build();

    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> TestKeys.encrypt(none, SNAPSHOT));
  }

  @Test
  void everyCutIsRefused() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, Arrays.copyOf(SNAPSHOT, 200));

    for (int length = 0; length < encrypted.length; length++) {
      assertRefused(Arrays.copyOf(encrypted, length));
    }
  }

  @Test
  void whatFollowsIsRefused() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);

    assertRefused(Arrays.copyOf(encrypted, encrypted.length + 1));
    byte[] twice = Arrays.copyOf(encrypted, encrypted.length * 2);
    System.arraycopy(encrypted, 0, twice, encrypted.length, encrypted.length);
    assertRefused(twice);
  }

  @Test
  void reorderedBlocksAreRefused() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);
    byte[] other = encrypted.clone();
    System.arraycopy(encrypted, 70_000, other, 80_000, 16);
    System.arraycopy(encrypted, 80_000, other, 70_000, 16);

    assertRefused(other);
  }

  @Test
  void modifiedMessageIsRefusedOrGivesTheSameContent() throws IOException {
    byte[] plain = Arrays.copyOf(SNAPSHOT, 3000);
    byte[] encrypted = TestKeys.encrypt(encoding, plain);
    Random random = new Random(15);

    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutant(encrypted, random);
      try {
        assertThat(TestKeys.decrypt(encoding, mutant)).as("mutant " + i).isEqualTo(plain);
      } catch (CorruptBackupException | KeyUnavailableException refused) {
        assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(300);
      }
    }
  }

  private static byte[] mutant(byte[] original, Random random) {
    byte[] mutant = original.clone();
    int at = random.nextInt(random.nextBoolean() ? original.length : 130); // the head is short
    switch (random.nextInt(5)) {
      case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutant[at] = (byte) random.nextInt(256);
      case 2 -> mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length));
      case 3 -> {
        int count = Math.min(random.nextInt(40), mutant.length - at);
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, mutant, at, count);
      }
      default -> {
        int from = random.nextInt(original.length);
        int count = Math.min(random.nextInt(200), original.length - Math.max(from, at));
        System.arraycopy(original, from, mutant, at, count);
      }
    }
    return mutant;
  }

  @Test
  void anyBytesAreRefused() {
    Random random = new Random(16);
    for (int i = 0; i < MUTANTS; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      assertThatExceptionOfType(BackupException.class)
          .isThrownBy(() -> TestKeys.decrypt(encoding, bytes));
    }
  }

  @Test
  void failureOfTheStoreIsThrownUnchanged() throws IOException {
    byte[] encrypted = TestKeys.encrypt(encoding, SNAPSHOT);
    StoreException broken = new StoreException("the store broke", null);
    InputStream in =
        new SequenceInputStream(
            new ByteArrayInputStream(encrypted, 0, 100_000), new Failing(broken));
    InputStream decrypting = encoding.decode(in, TestKeys.NAME);

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(decrypting::readAllBytes)
        .isSameAs(broken);
    assertThatExceptionOfType(StoreException.class).isThrownBy(decrypting::read).isSameAs(broken);
  }

  @Test
  void failureOfTheSourceIsThrownUnchanged() throws BackupException {
    StoreException broken = new StoreException("the source broke", null);
    InputStream encrypting =
        encoding
            .encode(
                Content.of(
                    new SequenceInputStream(
                        new ByteArrayInputStream(SNAPSHOT), new Failing(broken))),
                TestKeys.NAME)
            .stream();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> encrypting.transferTo(new ByteArrayOutputStream()))
        .isSameAs(broken);
    assertThatExceptionOfType(StoreException.class).isThrownBy(encrypting::read).isSameAs(broken);
  }

  @Test
  void closingClosesTheStreamBelow() throws IOException {
    boolean[] closed = new boolean[2];
    encoding.encode(Content.of(new Closing(closed, 0)), TestKeys.NAME).stream().close();
    encoding.decode(new Closing(closed, 1), TestKeys.NAME).close();

    assertThat(closed).containsExactly(true, true);
  }

  @Test
  void goldenBackupIsRead() throws IOException {
    byte[] golden = Files.readAllBytes(TestKeys.file("backup.gpg"));

    assertThat(TestKeys.decrypt(encoding, golden)).isEqualTo(TestSnapshots.bytes(15, 3));
  }

  private void assertRefused(byte[] message) {
    InputStream decrypting = encoding.decode(new ByteArrayInputStream(message), TestKeys.NAME);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(decrypting::readAllBytes)
        .withMessageStartingWith(TestKeys.NAME + " cannot be decrypted: ");
    assertThatExceptionOfType(CorruptBackupException.class).isThrownBy(decrypting::read);
  }

  private static final class Failing extends InputStream {
    private final IOException failure;

    Failing(IOException failure) {
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      throw failure;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      throw failure;
    }
  }

  private static final class Closing extends InputStream {
    private final boolean[] closed;
    private final int index;

    Closing(boolean[] closed, int index) {
      this.closed = closed;
      this.index = index;
    }

    @Override
    public int read() {
      return -1;
    }

    @Override
    public void close() {
      closed[index] = true;
    }
  }
}
