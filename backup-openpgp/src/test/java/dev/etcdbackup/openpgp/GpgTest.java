package dev.etcdbackup.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** gpg reads our messages, and we read its, whichever version of it. */
@Tag("server")
@ParameterizedClass(name = "{0}")
@MethodSource("programs")
class GpgTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(4, 100);
  private static final String SECRET = "grüner Löffel"; // one passphrase for all keys that have one

  private static Gpg gpg;

  @Parameter String program;

  static List<String> programs() {
    return Gpg.programs();
  }

  @BeforeParameterizedClassInvocation
  static void makeKeys(String program) throws IOException {
    gpg = Gpg.start(program);
    gpg.newKey("rsa", "rsa3072", "rsa3072", SECRET);
    gpg.newKey("curve25519", "ed25519", "cv25519", SECRET);
    gpg.newKey("nistp256", "nistp256", "nistp256", SECRET);
    gpg.newKey("open", "ed25519", "cv25519", " ");
    Files.write(gpg.file("plain"), SNAPSHOT);
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    gpg.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "curve25519", "nistp256", "open"})
  void gpgDecryptsOurs(String key) throws IOException {
    assertThat(gpgDecrypts(TestKeys.encrypt(encryptingTo(key), SNAPSHOT))).isEqualTo(SNAPSHOT);
  }

  @Test
  void eachRecipientDecryptsOurs() throws IOException {
    byte[] message = TestKeys.encrypt(encryptingTo("rsa", "curve25519", "nistp256"), SNAPSHOT);

    assertThat(gpgDecrypts(message)).isEqualTo(SNAPSHOT);
    for (String key : List.of("rsa", "curve25519", "nistp256")) {
      assertThat(TestKeys.decrypt(decryptingWith(key), message)).isEqualTo(SNAPSHOT);
    }
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> TestKeys.decrypt(decryptingWith("open"), message))
        .withMessageContaining("is encrypted to the keys ");
  }

  @ParameterizedTest
  @CsvSource({
    "rsa, --compress-algo=none",
    "rsa, --compress-algo=zip",
    "curve25519, --compress-algo=zlib",
    "curve25519, --compress-algo=bzip2",
    "nistp256, --armor",
    "open, --throw-keyids",
    "curve25519, --cipher-algo=AES128",
    "nistp256, --cipher-algo=AES192",
    "curve25519, --sign",
    "rsa, --set-filename=etcd",
    "curve25519, --rfc4880"
  })
  void weDecryptWhatGpgEncrypts(String key, String option) throws IOException {
    byte[] message = gpgEncrypts(List.of(key), option);

    assertThat(TestKeys.decrypt(decryptingWith(key), message)).isEqualTo(SNAPSHOT);
  }

  @Test
  void bothModesOfGpgAreReadAndRefusedWhenTheyWereModifiedOrCut() throws IOException {
    assertReadUnlessDamaged("--rfc4880", PacketStream.ENCRYPTED);
    if (gpg.knowsOcb()) {
      assertReadUnlessDamaged("--force-ocb", PacketStream.ENCRYPTED_OCB);
    }
  }

  private static void assertReadUnlessDamaged(String option, int packet) throws IOException {
    byte[] message = gpgEncrypts(List.of("open"), option);
    assertThat(MessageHead.read(new ByteArrayInputStream(message)).data().tag()).isEqualTo(packet);
    assertThat(TestKeys.decrypt(decryptingWith("open"), message)).isEqualTo(SNAPSHOT);
    OpenPgpEncoding reading = decryptingWith("open");
    for (int from : new int[] {1, 16, 17, 40, message.length / 2}) {
      byte[] changed = message.clone();
      changed[message.length - from] ^= 1;
      assertThatExceptionOfType(CorruptBackupException.class)
          .isThrownBy(() -> TestKeys.decrypt(reading, changed));
      byte[] cut = Arrays.copyOf(message, message.length - from);
      assertThatExceptionOfType(CorruptBackupException.class)
          .isThrownBy(() -> TestKeys.decrypt(reading, cut));
    }
  }

  @Test
  void eachRecipientDecryptsWhatGpgEncrypts() throws IOException {
    byte[] message = gpgEncrypts(List.of("rsa", "curve25519", "nistp256", "open"), "--no-armor");

    for (String key : List.of("rsa", "curve25519", "nistp256", "open")) {
      assertThat(TestKeys.decrypt(decryptingWith(key), message)).isEqualTo(SNAPSHOT);
    }
  }

  @Test
  void passwordIsNoKey() throws IOException {
    Path message = gpg.file("message");
    gpg.run(SECRET, "--yes", "-o", message.toString(), "-c", gpg.file("plain").toString());

    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> TestKeys.decrypt(decryptingWith("rsa"), Files.readAllBytes(message)))
        .withMessageEndingWith("is encrypted with a password and to no key; decrypt it with gpg");
  }

  @Test
  void otherCiphersAndOtherFilesAreRefused() throws IOException {
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(
            () ->
                TestKeys.decrypt(
                    decryptingWith("rsa"), gpgEncrypts(List.of("rsa"), "--cipher-algo=TWOFISH")))
        .withMessageContaining("only AES is read");
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(
            () -> TestKeys.decrypt(decryptingWith("rsa"), Files.readAllBytes(gpg.file("rsa.pub"))))
        .withMessageContaining("is not an encrypted OpenPGP message");
  }

  @Test
  void armoredKeysAndSeveralKeysInAFileAreRead() throws IOException {
    Path armored = gpg.file("armored");
    gpg.run("--yes", "-o", armored.toString(), "--armor", "--export", "=rsa", "=nistp256");
    Path secret = gpg.file("armored.key");
    gpg.run(SECRET, "--yes", "-o", secret.toString(), "--armor", "--export-secret-keys", "=rsa");
    Files.writeString(
        armored, Files.readString(TestKeys.file("public.asc")), StandardOpenOption.APPEND);

    RecipientKeys recipients = RecipientKeys.read(List.of(armored));
    assertThat(recipients.keyIds(Instant.now())).hasSize(3);
    byte[] message =
        TestKeys.encrypt(OpenPgpEncoding.builder().encryptTo(recipients).build(), SNAPSHOT);
    try (Passphrase passphrase = passphrase()) {
      OpenPgpEncoding reading =
          OpenPgpEncoding.builder().decryptWith(PrivateKeys.read(secret, passphrase)).build();
      assertThat(TestKeys.decrypt(reading, message)).isEqualTo(SNAPSHOT);
    }
  }

  @Test
  void newestSubkeyForEncryptionIsUsed() throws IOException {
    gpg.newKey("two", "ed25519", "cv25519", SECRET);
    List<KeyId> before = recipients("two").keyIds(Instant.now());
    gpg.run(
        SECRET,
        "--faked-system-time=" + Instant.now().plusSeconds(60).getEpochSecond(),
        "--quick-add-key",
        gpg.fingerprint("two"),
        "cv25519",
        "encr",
        "never");
    gpg.export("two", SECRET);

    List<KeyId> after = recipients("two").keyIds(Instant.now().plusSeconds(3600));
    assertThat(after).hasSize(1).isNotEqualTo(before);
  }

  @Test
  void expiredAndRevokedKeysAreRefused() throws IOException {
    gpg.newKey("short", "ed25519", "cv25519", SECRET);
    gpg.run(SECRET, "--quick-set-expire", gpg.fingerprint("short"), "30d");
    gpg.export("short", SECRET);
    RecipientKeys keys = recipients("short");
    OpenPgpEncoding later =
        OpenPgpEncoding.builder()
            .encryptTo(keys)
            .clock(() -> Instant.now().plus(Duration.ofDays(31)))
            .build();
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> TestKeys.encrypt(later, SNAPSHOT))
        .withMessageContaining("neither expired nor revoked")
        .withMessageContaining(gpg.file("short.pub").toString());
    Path revocation = gpg.file("openpgp-revocs.d/" + gpg.fingerprint("short") + ".rev");
    Files.writeString(
        revocation, Files.readString(revocation).replace(":-----BEGIN", "-----BEGIN"));
    gpg.run("--import", revocation.toString());
    gpg.export("short", SECRET);
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> recipients("short"))
        .withMessageContaining("neither expired nor revoked");
  }

  /** A process may run for longer than its key is valid. */
  @Test
  void aKeyThatHasExpiredSinceItWasReadSignsNothing() throws IOException {
    gpg.newKey("brief", "ed25519", "cv25519", SECRET);
    gpg.run(SECRET, "--quick-set-expire", gpg.fingerprint("brief"), "30d");
    gpg.export("brief", SECRET);
    InMemoryBackupStore store = new InMemoryBackupStore();
    SigningKey key;
    try (Passphrase passphrase = Passphrase.of(SECRET.toCharArray())) {
      key = SigningKey.read(gpg.file("brief.key"), passphrase);
    }
    BackupKey backup = BackupKey.of("p", "n");
    SignedBackupStore.signing(store, key).put(backup, content());
    assertThat(store.delete(List.of(backup)).refused()).isEmpty();

    SigningKey later = key.withClock(() -> Instant.now().plus(Duration.ofDays(31)));
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> SignedBackupStore.signing(store, later).put(backup, content()))
        .withMessageContaining(key.keyId().toString())
        .withMessageContaining("has expired");
    assertThat(store.find(backup)).isEmpty();
  }

  private static Content content() {
    return Content.of(new ByteArrayInputStream(SNAPSHOT));
  }

  @Test
  void wrongAndMissingPassphraseAreNamedAndNotShown() throws IOException {
    Path key = gpg.file("rsa.key");
    try (Passphrase wrong = Passphrase.of("not it".toCharArray())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PrivateKeys.read(key, wrong))
          .withMessageStartingWith("the passphrase does not open the key ")
          .withMessageNotContaining("not it")
          .withNoCause();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrivateKeys.read(key, null))
        .withMessageContaining("is protected by a passphrase, and none is given");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrivateKeys.read(gpg.file("rsa.pub"), null))
        .withMessageEndingWith("rsa.pub holds something else than a private key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecipientKeys.read(List.of(key)))
        .withMessageEndingWith("rsa.key holds something else than a public key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecipientKeys.read(List.of(gpg.file("plain"))))
        .withMessageEndingWith("plain holds no OpenPGP public key");
  }

  private static RecipientKeys recipients(String... names) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      files.add(gpg.file(name + ".pub"));
    }
    return RecipientKeys.read(files);
  }

  private static OpenPgpEncoding encryptingTo(String... names) throws IOException {
    return OpenPgpEncoding.builder().encryptTo(recipients(names)).build();
  }

  private static OpenPgpEncoding decryptingWith(String name) throws IOException {
    try (Passphrase passphrase = passphrase()) {
      return OpenPgpEncoding.builder()
          .decryptWith(
              PrivateKeys.read(gpg.file(name + ".key"), name.equals("open") ? null : passphrase))
          .build();
    }
  }

  private static Passphrase passphrase() {
    return Passphrase.of(SECRET.toCharArray());
  }

  private static byte[] gpgDecrypts(byte[] message) throws IOException {
    Path file = Files.write(gpg.file("message"), message);
    Path plain = gpg.file("decrypted");
    gpg.run(SECRET, "--yes", "-o", plain.toString(), "--decrypt", file.toString());
    return Files.readAllBytes(plain);
  }

  private static byte[] gpgEncrypts(List<String> to, String option) throws IOException {
    Path message = gpg.file("message");
    List<String> arguments = new ArrayList<>(List.of("--yes", "-o", message.toString(), option));
    if (option.equals("--sign")) {
      arguments.addAll(List.of("--local-user", "=" + to.get(0)));
    }
    to.forEach(name -> arguments.addAll(List.of("--recipient", "=" + name)));
    arguments.addAll(List.of("--encrypt", gpg.file("plain").toString()));
    gpg.run(SECRET, arguments.toArray(String[]::new));
    return Files.readAllBytes(message);
  }
}
