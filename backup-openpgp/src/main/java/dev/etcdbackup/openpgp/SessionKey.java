package dev.etcdbackup.openpgp;

import dev.etcdbackup.KeyUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedData;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSessionKey;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.bouncycastle.openpgp.operator.jcajce.JcePGPDataEncryptorBuilder;

/** The key of one message, which its head holds encrypted to every recipient. */
final class SessionKey {
  /** An encrypted data packet of version 1 and nothing in it: Bouncy Castle requires one. */
  private static final byte[] NO_DATA = {(byte) 0xd2, 1, 1};

  private final int algorithm;
  private final byte[] key;

  private SessionKey(int algorithm, byte[] key) {
    this.algorithm = algorithm;
    this.key = key;
  }

  /**
   * Decrypts the session key of a message.
   *
   * @throws KeyUnavailableException when none of the private keys fits; the message names those
   *     that would
   * @throws IOException when the head is damaged
   */
  static SessionKey decrypt(MessageHead head, PrivateKeys keys) throws IOException {
    if (head.recipients().isEmpty()) {
      throw new KeyUnavailableException(
          "is encrypted with a password and to no key; decrypt it with gpg");
    }
    PGPEncryptedDataList list;
    try {
      list =
          new PGPEncryptedDataList(
              new SequenceInputStream(
                  new ByteArrayInputStream(head.sessionKeys()), new ByteArrayInputStream(NO_DATA)));
    } catch (RuntimeException e) {
      throw new IOException("its head is damaged", e);
    }
    boolean fits = false;
    for (PGPEncryptedData data : list) {
      if (data instanceof PGPPublicKeyEncryptedData encrypted) {
        KeyId recipient = new KeyId(encrypted.getKeyIdentifier().getKeyId());
        for (PGPKeyPair key : keys.candidates(recipient)) {
          fits |= !recipient.equals(KeyId.HIDDEN);
          try {
            PGPSessionKey session =
                encrypted.getSessionKey(new BcPublicKeyDataDecryptorFactory(key));
            return new SessionKey(session.getAlgorithm(), session.getKey());
          } catch (PGPException | RuntimeException wrongKey) {
            // The next one may fit.
          }
        }
      }
    }
    if (fits) {
      throw new IOException("its head is damaged: the session key cannot be decrypted");
    }
    throw new KeyUnavailableException(needed(head));
  }

  private static String needed(MessageHead head) {
    return "is encrypted to "
        + names(head.recipients())
        + "; none of the private keys given fits, give the private key of one of these";
  }

  /** Key ids for people. */
  static String names(List<KeyId> keys) {
    return (keys.size() == 1 ? "the key " : "the keys ")
        + keys.stream().map(KeyId::toString).collect(Collectors.joining(", "));
  }

  /** The packet of a message's head that gives this key to a recipient. */
  byte[] encryptTo(PGPPublicKey recipient) throws PGPException, IOException {
    return new BcPublicKeyKeyEncryptionMethodGenerator(recipient)
        .setSecureRandom(new SecureRandom())
        .generate(new JcePGPDataEncryptorBuilder(algorithm).setWithIntegrityPacket(true), key)
        .getEncoded();
  }

  /** The number of the cipher. */
  int algorithm() {
    return algorithm;
  }

  /** The key, when it is one of AES. */
  byte[] aes() throws IOException {
    switch (algorithm) {
      case SymmetricKeyAlgorithmTags.AES_128,
          SymmetricKeyAlgorithmTags.AES_192,
          SymmetricKeyAlgorithmTags.AES_256 -> {
        return key;
      }
      default ->
          throw new IOException(
              "it is encrypted with cipher " + algorithm + " of OpenPGP, and only AES is read");
    }
  }

  @Override
  public String toString() {
    return "a session key";
  }
}
