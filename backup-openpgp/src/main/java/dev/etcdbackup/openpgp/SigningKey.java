package dev.etcdbackup.openpgp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.api.OpenPGPCertificate.OpenPGPComponentKey;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A private key that signs backups: of a key with subkeys, the newest subkey for signatures whose
 * private half is there.
 *
 * <p>Whether the key has expired or was revoked is checked when it is read, and not at each
 * signature: read it again before it expires, since later signatures of it are not accepted.
 *
 * <p>Immutable and thread-safe. Holds the key in memory, unlocked; shows its key id only.
 */
public final class SigningKey {
  private final PGPKeyPair key;
  private final SignerKeys signers;

  private SigningKey(PGPKeyPair key, SignerKeys signers) {
    this.key = key;
    this.signers = signers;
  }

  /**
   * Reads and unlocks a private key, as {@code gpg --export-secret-keys [--armor]} writes it.
   *
   * @param file one private key
   * @param passphrase its passphrase; null when it has none. May be closed afterwards
   * @return the key
   * @throws IllegalArgumentException when the file holds anything else than one OpenPGP private
   *     key, the key does not sign now, or the passphrase is missing or wrong; the message names
   *     the file, never the passphrase
   * @throws IOException when the file cannot be read
   */
  public static SigningKey read(Path file, @Nullable Passphrase passphrase) throws IOException {
    var keys = KeyFile.privateKeys(file);
    if (keys.size() != 1) {
      throw new IllegalArgumentException(file + " holds " + keys.size() + " private keys, not one");
    }
    OpenPGPKey key = keys.get(0);
    Optional<PGPSecretKey> secret =
        key.getSigningKeys(Date.from(Instant.now())).stream()
            .sorted(Comparator.comparing(OpenPGPComponentKey::getCreationTime).reversed())
            .map(component -> key.getSecretKey(component))
            .filter(one -> one != null && !one.getPGPSecretKey().isPrivateKeyEmpty())
            .map(OpenPGPKey.OpenPGPSecretKey::getPGPSecretKey)
            .findFirst();
    if (secret.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no key for signatures that is neither expired nor revoked");
    }
    return new SigningKey(
        PrivateKeys.unlock(secret.get(), passphrase, file), SignerKeys.of(key.toCertificate()));
  }

  /**
   * Returns the key id.
   *
   * @return the key id of the key or subkey that signs
   */
  public KeyId keyId() {
    return new KeyId(key.getKeyID());
  }

  /**
   * Returns the public half of the key.
   *
   * @return what accepts the signatures of this key, and of the other keys in its file
   */
  public SignerKeys signers() {
    return signers;
  }

  /** A detached signature in ASCII armour. */
  byte[] sign(byte[] statement) {
    try {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(
                      key.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512)
                  .setSecureRandom(new SecureRandom()),
              key.getPublicKey());
      generator.init(PGPSignature.BINARY_DOCUMENT, key.getPrivateKey());
      PGPSignatureSubpacketGenerator subpackets = new PGPSignatureSubpacketGenerator();
      subpackets.setSignatureCreationTime(Date.from(Instant.now()));
      subpackets.setIssuerFingerprint(false, key.getPublicKey());
      generator.setHashedSubpackets(subpackets.generate());
      generator.update(statement);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ArmoredOutputStream armored =
          ArmoredOutputStream.builder().clearHeaders().build(bytes)) {
        generator.generate().encode(armored);
      }
      return bytes.toByteArray();
    } catch (PGPException | IOException e) {
      throw new IllegalStateException("signing with " + keyId() + " failed", e);
    }
  }

  @Override
  public String toString() {
    return "signing key " + keyId();
  }
}
