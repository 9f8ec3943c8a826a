package dev.etcdbackup.openpgp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Private keys that decrypt backups. A key that has expired or was revoked still decrypts what was
 * encrypted to it.
 *
 * <p>Immutable and thread-safe. Holds the keys in memory, unlocked; shows their key ids only.
 */
public final class PrivateKeys {
  private static final int RSA_ENCRYPT_ONLY = 2; // not made any more, and still read

  private final List<PGPKeyPair> keys;

  private PrivateKeys(List<PGPKeyPair> keys) {
    this.keys = List.copyOf(keys);
  }

  /** No keys, with which nothing is decrypted. */
  static PrivateKeys none() {
    return new PrivateKeys(List.of());
  }

  /**
   * Reads and unlocks private keys, as {@code gpg --export-secret-keys [--armor]} writes them.
   *
   * @param file one private key or more, with one passphrase
   * @param passphrase the passphrase; null when the keys have none. May be closed afterwards
   * @return the keys
   * @throws IllegalArgumentException when the file holds anything else than OpenPGP private keys,
   *     none of them decrypts, or the passphrase is missing or wrong; the message names the file
   *     and the key, never the passphrase
   * @throws IOException when the file cannot be read
   */
  public static PrivateKeys read(Path file, @Nullable Passphrase passphrase) throws IOException {
    List<PGPKeyPair> keys = new ArrayList<>();
    for (OpenPGPKey key : KeyFile.privateKeys(file)) {
      for (PGPSecretKey secret : key.getPGPSecretKeyRing()) {
        if (decrypts(secret) && !secret.isPrivateKeyEmpty()) {
          keys.add(unlock(secret, passphrase, file));
        }
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(file + " holds no private key that decrypts");
    }
    return new PrivateKeys(keys);
  }

  /**
   * Returns the key ids of these keys.
   *
   * @return the key ids of the keys and subkeys that decrypt
   */
  public List<KeyId> keyIds() {
    return keys.stream().map(key -> new KeyId(key.getKeyID())).toList();
  }

  /** The keys that may decrypt what is encrypted to a recipient. */
  List<PGPKeyPair> candidates(KeyId recipient) {
    return recipient.equals(KeyId.HIDDEN)
        ? keys
        : keys.stream().filter(key -> key.getKeyID() == recipient.value()).toList();
  }

  private static boolean decrypts(PGPSecretKey key) {
    return switch (key.getPublicKey().getAlgorithm()) {
      case PublicKeyAlgorithmTags.RSA_GENERAL,
          RSA_ENCRYPT_ONLY,
          PublicKeyAlgorithmTags.ECDH,
          PublicKeyAlgorithmTags.X25519,
          PublicKeyAlgorithmTags.X448 ->
          true;
      default -> false;
    };
  }

  /** The private key in a secret key. */
  static PGPKeyPair unlock(PGPSecretKey secret, @Nullable Passphrase passphrase, Path file) {
    KeyId id = new KeyId(secret.getKeyID());
    boolean locked = secret.getS2KUsage() != 0;
    if (locked && passphrase == null) {
      throw new IllegalArgumentException(
          "the key " + id + " in " + file + " is protected by a passphrase, and none is given");
    }
    char[] characters = passphrase == null ? new char[0] : passphrase.characters();
    Optional<PGPKeyPair> key = Optional.empty();
    try {
      key =
          Optional.ofNullable(
              secret.extractKeyPair(
                  locked
                      ? new BcPBESecretKeyDecryptorBuilder(new BcPGPDigestCalculatorProvider())
                          .build(characters)
                      : null));
    } catch (PGPException | RuntimeException wrong) {
      // A cause could quote the key.
    }
    return key.orElseThrow(
        () ->
            new IllegalArgumentException(
                locked
                    ? "the passphrase does not open the key " + id + " in " + file
                    : "the key " + id + " in " + file + " is damaged"));
  }

  @Override
  public String toString() {
    return "private keys " + keyIds();
  }
}
