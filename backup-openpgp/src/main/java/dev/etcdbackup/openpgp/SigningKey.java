package dev.etcdbackup.openpgp;

import dev.etcdbackup.KeyUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Date;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPCertificate.OpenPGPComponentKey;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.api.OpenPGPKey.OpenPGPSecretKey;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A private key that signs backups: of a key with subkeys, the newest subkey for signatures whose
 * private half is there.
 *
 * <p>Whether the key was revoked is checked when it is read, and whether it has expired at each
 * signature, too, since signatures of an expired key are not accepted.
 *
 * <p>Immutable and thread-safe. Holds the key in memory, unlocked; shows its key id only.
 */
public final class SigningKey {
  private final PGPKeyPair key;
  private final OpenPGPCertificate certificate;
  private final InstantSource clock;

  private SigningKey(PGPKeyPair key, OpenPGPCertificate certificate, InstantSource clock) {
    this.key = key;
    this.certificate = certificate;
    this.clock = clock;
  }

  /** The same key with another clock than that of the system. */
  SigningKey withClock(InstantSource other) {
    return new SigningKey(key, certificate, other);
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
    InstantSource clock = InstantSource.system();
    OpenPGPSecretKey secret =
        signingKeys(key, clock.instant())
            .sorted(Comparator.comparing(OpenPGPComponentKey::getCreationTime).reversed())
            .map(component -> key.getSecretKey(component))
            .filter(one -> one != null && !one.getPGPSecretKey().isPrivateKeyEmpty())
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        file + " holds no key for signatures that is neither expired nor revoked"));
    return new SigningKey(
        PrivateKeys.unlock(secret.getPGPSecretKey(), passphrase, file), key.toCertificate(), clock);
  }

  private static Stream<OpenPGPComponentKey> signingKeys(OpenPGPCertificate of, Instant time) {
    return of.getSigningKeys(Date.from(time)).stream();
  }

  private static KeyId keyId(OpenPGPComponentKey component) {
    return new KeyId(component.getKeyIdentifier().getKeyId());
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
    return SignerKeys.of(certificate);
  }

  /** Refuses a key that has expired since it was read. */
  Instant requireUsable() throws KeyUnavailableException {
    Instant now = clock.instant();
    if (signingKeys(certificate, now).noneMatch(one -> keyId().equals(keyId(one)))) {
      throw new KeyUnavailableException(
          "the key "
              + keyId()
              + " has expired, so what it signs would not be accepted; sign with another key");
    }
    return now;
  }

  /** A detached signature in ASCII armour. */
  byte[] sign(byte[] statement) throws KeyUnavailableException {
    Instant now = requireUsable();
    try {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(
                      key.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512)
                  .setSecureRandom(new SecureRandom()),
              key.getPublicKey());
      generator.init(PGPSignature.BINARY_DOCUMENT, key.getPrivateKey());
      PGPSignatureSubpacketGenerator subpackets = new PGPSignatureSubpacketGenerator();
      subpackets.setSignatureCreationTime(Date.from(now));
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
