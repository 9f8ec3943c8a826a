package dev.etcdbackup.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SignedBackupStoreTest {
  static final byte[] SNAPSHOT = TestSnapshots.bytes(7, 50);
  static final BackupKey KEY = BackupKey.parse("cray-bss/etcd.backup_v1450_2020-01-30-20:44:41");
  static final BackupKey SIGNATURE =
      BackupKey.parse("cray-bss/.etcd-backup/signatures/etcd.backup_v1450_2020-01-30-20:44:41.asc");

  private final SigningKey signingKey = TestKeys.signingKey();
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private BackupStore signing;
  private BackupStore requiring;

  @BeforeEach
  void openStores() throws IOException {
    signing = SignedBackupStore.signing(store, signingKey);
    requiring =
        SignedBackupStore.requiring(store, SignerKeys.read(List.of(TestKeys.file("public.asc"))));
  }

  @Test
  void signedBackupIsReadAndSignatureIsNoBackup() throws IOException {
    put(signing, KEY, SNAPSHOT);

    assertThat(read(KEY)).isEqualTo(SNAPSHOT);
    assertThat(store.list("")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(store.find(SIGNATURE)).isPresent();
  }

  @Test
  void unsignedBackupIsRefusedBeforeItIsRead() throws BackupException {
    StoredBackup stored = put(store, KEY, SNAPSHOT);

    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> requiring.open(stored, 0, stored.size()))
        .withMessage(KEY + " is not signed: there is no " + SIGNATURE);
  }

  @Test
  void alteredBackupIsRefused() throws IOException {
    put(signing, KEY, SNAPSHOT);
    byte[] altered = SNAPSHOT.clone();
    altered[70_000] ^= 1;
    store.delete(List.of(KEY));
    put(store, KEY, altered);

    assertRefused(KEY);
  }

  @Test
  void backupOfAnotherProjectAndOlderOneUnderANewerNameAreRefused() throws IOException {
    put(signing, KEY, SNAPSHOT);
    for (String other :
        List.of(
            "cray-bos/etcd.backup_v1450_2020-01-30-20:44:41",
            "cray-bss/etcd.backup_v1451_2020-01-30-21:44:41",
            "cray-bss/etcd.backup_v1450_2020-01-30-20:44:41.gpg")) {
      BackupKey key = BackupKey.parse(other);
      put(store, key, SNAPSHOT);
      put(store, signatureKey(key), bytes(SIGNATURE));
      assertRefused(key);
    }
  }

  @Test
  void whatIsNoSignatureIsRefused() throws IOException {
    put(store, KEY, SNAPSHOT);
    for (byte[] bytes :
        List.of(
            new byte[0],
            new byte[60_000],
            "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n".getBytes(StandardCharsets.UTF_8),
            Files.readAllBytes(TestKeys.file("public.asc")),
            Arrays.copyOf(SNAPSHOT, 60_000))) {
      store.delete(List.of(SIGNATURE));
      put(store, SIGNATURE, bytes);
      assertRefused(KEY);
    }
  }

  @Test
  @Tag("server")
  void signatureOfAnotherKeyIsRefusedAndGpgVerifiesIt() throws IOException {
    try (Gpg gpg = Gpg.start()) {
      gpg.newKey("other", "ed25519", "cv25519", " ");
      SigningKey other = SigningKey.read(gpg.file("other.key"), null);
      put(SignedBackupStore.signing(store, other), KEY, SNAPSHOT);
      assertRefused(KEY);

      Path statement = gpg.file("statement");
      Files.write(statement, SignedBackupStore.statement(KEY, SNAPSHOT.length, sha256(SNAPSHOT)));
      Path signature = Files.write(gpg.file("signature"), bytes(SIGNATURE));
      gpg.run("--verify", signature.toString(), statement.toString());
    }
  }

  @Test
  @Tag("server")
  void signatureOfGpgIsAccepted() throws IOException {
    try (Gpg gpg = Gpg.start()) {
      gpg.newKey("signer", "rsa3072", "rsa3072", " ");
      put(store, KEY, SNAPSHOT);
      Path statement = gpg.file("statement");
      Files.write(statement, SignedBackupStore.statement(KEY, SNAPSHOT.length, sha256(SNAPSHOT)));
      gpg.run(" ", "--armor", "--detach-sign", statement.toString());
      put(store, SIGNATURE, Files.readAllBytes(gpg.file("statement.asc")));
      requiring =
          SignedBackupStore.requiring(store, SignerKeys.read(List.of(gpg.file("signer.pub"))));

      assertThat(read(KEY)).isEqualTo(SNAPSHOT);
    }
  }

  /** Whoever can decrypt a backup has the private half of the key for encryption only. */
  @Test
  @Tag("server")
  void keyForEncryptionDoesNotSign() throws Exception {
    try (Gpg gpg = Gpg.start()) {
      gpg.newKey("signer", "rsa3072", "rsa3072", " ");
      put(store, KEY, SNAPSHOT);
      byte[] statement = SignedBackupStore.statement(KEY, SNAPSHOT.length, sha256(SNAPSHOT));
      requiring =
          SignedBackupStore.requiring(store, SignerKeys.read(List.of(gpg.file("signer.pub"))));
      OpenPGPKey key = KeyFile.privateKeys(gpg.file("signer.key")).get(0);
      for (PGPSecretKey one : key.getPGPSecretKeyRing()) {
        store.delete(List.of(SIGNATURE));
        put(store, SIGNATURE, signature(one, PGPSignature.BINARY_DOCUMENT, statement));
        if (one.isMasterKey()) {
          assertThat(read(KEY)).isEqualTo(SNAPSHOT);
        } else {
          assertRefused(KEY);
        }
      }
      for (int type :
          new int[] {
            PGPSignature.STAND_ALONE,
            PGPSignature.DEFAULT_CERTIFICATION,
            PGPSignature.POSITIVE_CERTIFICATION,
            PGPSignature.SUBKEY_BINDING,
            PGPSignature.DIRECT_KEY,
            PGPSignature.TIMESTAMP
          }) {
        store.delete(List.of(SIGNATURE));
        put(store, SIGNATURE, signature(key.getPGPSecretKeyRing().getSecretKey(), type, statement));
        assertRefused(KEY);
      }
    }
  }

  private static byte[] signature(PGPSecretKey secret, int type, byte[] statement)
      throws Exception {
    PGPSignatureGenerator generator =
        new PGPSignatureGenerator(
            new BcPGPContentSignerBuilder(
                secret.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
            secret.getPublicKey());
    generator.init(type, secret.extractPrivateKey(null));
    PGPSignatureSubpacketGenerator subpackets = new PGPSignatureSubpacketGenerator();
    subpackets.setSignatureCreationTime(Date.from(Instant.now()));
    subpackets.setIssuerFingerprint(false, secret.getPublicKey());
    generator.setHashedSubpackets(subpackets.generate());
    generator.update(statement);
    return generator.generate().getEncoded();
  }

  @Test
  @Tag("server")
  void ofSeveralKeysThoseCountThatAreNotRevoked() throws IOException {
    try (Gpg gpg = Gpg.start()) {
      gpg.newKey("lost", "ed25519", "cv25519", " ");
      gpg.newKey("kept", "ed25519", "cv25519", " ");
      SigningKey lost = SigningKey.read(gpg.file("lost.key"), null);
      SigningKey kept = SigningKey.read(gpg.file("kept.key"), null);
      Path both = gpg.file("both");
      Files.write(both, Files.readAllBytes(gpg.file("lost.pub")));
      Files.write(both, Files.readAllBytes(gpg.file("kept.pub")), StandardOpenOption.APPEND);
      requiring = SignedBackupStore.requiring(store, SignerKeys.read(List.of(both)));
      put(SignedBackupStore.signing(store, lost), KEY, SNAPSHOT);
      assertThat(read(KEY)).isEqualTo(SNAPSHOT);

      String fingerprint = gpg.fingerprint("lost");
      Path revocation = gpg.file("openpgp-revocs.d/" + fingerprint + ".rev");
      Files.writeString(
          revocation, Files.readString(revocation).replace(":-----BEGIN", "-----BEGIN"));
      gpg.run("--import", revocation.toString());
      gpg.run("--yes", "-o", both.toString(), "--export");
      requiring = SignedBackupStore.requiring(store, SignerKeys.read(List.of(both)));
      assertRefused(KEY);
      store.delete(List.of(KEY, SIGNATURE));
      put(SignedBackupStore.signing(store, kept), KEY, SNAPSHOT);
      assertThat(read(KEY)).isEqualTo(SNAPSHOT);
    }
  }

  @Test
  void nameThatCannotBeSignedIsNotSigned() throws BackupException {
    for (String name : List.of("a//b", "a\\b", "a\nb", "./a", "a".repeat(252))) {
      BackupKey key = BackupKey.parse("p/" + name);
      StoredBackup odd = new StoredBackup(key, 10, Instant.EPOCH, "");
      assertThatExceptionOfType(CorruptBackupException.class)
          .as(name)
          .isThrownBy(() -> requiring.open(odd, 0, 10))
          .withMessageContaining("is not signed");
    }
  }

  @Test
  void theKeyOfTheSignatureIsHeldToTheBoundsOfKeys() throws IOException {
    put(signing, BackupKey.parse("p/" + "a".repeat(251)), SNAPSHOT);
    String directories = ("a".repeat(247) + "/").repeat(4); // with "p/" 994 bytes
    put(signing, BackupKey.parse("p/" + directories + "bb"), SNAPSHOT);
    for (String name : List.of("a".repeat(252), directories + "bbb")) {
      BackupKey key = BackupKey.parse("p/" + name).requireWritable();
      assertThatIllegalArgumentException().isThrownBy(() -> put(signing, key, SNAPSHOT));
      assertThat(store.find(key)).isEmpty();
    }
  }

  @Tag("slow")
  @Test
  void nameThatIsTakenAgainIsSignedAgain() throws IOException {
    put(signing, KEY, SNAPSHOT);
    store.delete(List.of(KEY));
    byte[] other = TestSnapshots.bytes(8, 50);
    put(signing, KEY, other);

    assertThat(read(KEY)).isEqualTo(other);
  }

  @Test
  void partIsNotVerifiedAndSoNotOpened() throws BackupException {
    StoredBackup stored = put(signing, KEY, SNAPSHOT);

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> requiring.open(stored, 0, 100))
        .withMessageContaining("only when all of it is read");
  }

  @Test
  void nameWithALineFeedIsNotSigned() throws BackupException {
    BackupKey key = BackupKey.parse("p/a\nsize: 1");

    assertThatIllegalArgumentException().isThrownBy(() -> put(signing, key, SNAPSHOT));
    assertThat(store.find(key)).isEmpty();
  }

  @Test
  void secretsAreNotShown() {
    assertThat(signingKey).hasToString("signing key 87F27B566D92B150");
    assertThat(TestKeys.privateKeys()).hasToString("private keys [05A9AB1524925DB3]");
    assertThat(Passphrase.of("canary".toCharArray())).hasToString("a passphrase");
  }

  private void assertRefused(BackupKey key) throws BackupException {
    StoredBackup stored = store.find(key).orElseThrow();
    InputStream in = requiring.open(stored, 0, stored.size());
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(in::readAllBytes)
        .withMessageStartingWith(key + " is not signed by [");
    assertThatExceptionOfType(CorruptBackupException.class).isThrownBy(in::read);
  }

  private byte[] read(BackupKey key) throws IOException {
    StoredBackup stored = store.find(key).orElseThrow();
    try (InputStream in = requiring.open(stored, 0, stored.size())) {
      return in.readAllBytes();
    }
  }

  private byte[] bytes(BackupKey key) throws IOException {
    StoredBackup stored = store.find(key).orElseThrow();
    try (InputStream in = store.open(stored, 0, stored.size())) {
      return in.readAllBytes();
    }
  }

  private static BackupKey signatureKey(BackupKey key) {
    return BackupKey.of(key.project(), ".etcd-backup/signatures/" + key.name() + ".asc");
  }

  static String sha256(byte[] bytes) throws IOException {
    HashingInputStream hashing = new HashingInputStream(new ByteArrayInputStream(bytes));
    hashing.readAllBytes();
    return hashing.sha256();
  }

  static StoredBackup put(BackupStore into, BackupKey key, byte[] bytes) throws BackupException {
    return into.put(key, Content.of(new ByteArrayInputStream(bytes), bytes.length));
  }
}
