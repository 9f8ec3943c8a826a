package dev.etcdbackup.openpgp;

import dev.etcdbackup.KeyUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPCertificate.OpenPGPComponentKey;

/**
 * The public keys that backups are encrypted to. Of each key the newest subkey is used that its
 * owner marked for encryption and that is neither expired nor revoked; the primary key itself only
 * when it is so marked. RSA from 2048 bits, ECDH with Curve25519, NIST and Brainpool curves.
 *
 * <p>Immutable and thread-safe. Holds no secret.
 */
public final class RecipientKeys {
  private final List<Recipient> recipients;

  private RecipientKeys(List<Recipient> recipients) {
    this.recipients = List.copyOf(recipients);
  }

  /** A key, and the file that it was read from. */
  private record Recipient(Path file, OpenPGPCertificate certificate) {
    Optional<OpenPGPComponentKey> encryptionKey(Instant now) {
      return certificate.getEncryptionKeys(Date.from(now)).stream()
          .max(Comparator.comparing(OpenPGPComponentKey::getCreationTime));
    }

    PGPPublicKey required(Instant now) throws KeyUnavailableException {
      return encryptionKey(now)
          .map(OpenPGPComponentKey::getPGPPublicKey)
          .orElseThrow(() -> new KeyUnavailableException(unusable()));
    }

    String unusable() {
      return "no backup can be encrypted to the key "
          + new KeyId(certificate.getKeyIdentifier().getKeyId())
          + " in "
          + file
          + ": it has no subkey for encryption that is neither expired nor revoked; give a key that"
          + " is valid, or export this one again";
    }
  }

  /**
   * Reads public keys, as {@code gpg --export [--armor]} writes them. A file may hold several keys;
   * each is a recipient.
   *
   * @param files one file or more
   * @return the keys
   * @throws IllegalArgumentException when no file is given, or one holds anything else than OpenPGP
   *     public keys; the message names the file
   * @throws KeyUnavailableException when one of the keys cannot be encrypted to now: it expired,
   *     was revoked or is not for encryption; the message names the key and its file
   * @throws IOException when a file cannot be read
   */
  public static RecipientKeys read(List<Path> files) throws IOException {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("files must name at least one public key");
    }
    List<Recipient> recipients = new ArrayList<>();
    for (Path file : files) {
      for (OpenPGPCertificate certificate : KeyFile.certificates(file)) {
        recipients.add(new Recipient(file, certificate));
      }
    }
    RecipientKeys keys = new RecipientKeys(recipients);
    keys.at(Instant.now());
    return keys;
  }

  /**
   * Returns the key ids that a message names when it is encrypted at a time.
   *
   * @param time the time
   * @return for each key the key id of the subkey that is used, in the order of the files
   * @throws KeyUnavailableException when one of the keys cannot be encrypted to at that time
   */
  public List<KeyId> keyIds(Instant time) throws KeyUnavailableException {
    return at(time).stream().map(key -> new KeyId(key.getKeyID())).toList();
  }

  /** The keys to encrypt to at a time. */
  List<PGPPublicKey> at(Instant time) throws KeyUnavailableException {
    List<PGPPublicKey> keys = new ArrayList<>();
    for (Recipient recipient : recipients) {
      keys.add(recipient.required(time));
    }
    return keys;
  }

  @Override
  public String toString() {
    return recipients.stream()
        .map(r -> new KeyId(r.certificate().getKeyIdentifier().getKeyId()).toString())
        .toList()
        .toString();
  }
}
