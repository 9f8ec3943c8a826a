package dev.etcdbackup.openpgp;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.name.BackupName;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * Backups with the suffix {@code .gpg}: OpenPGP messages encrypted to one public key or more, which
 * {@code gpg --decrypt} reads.
 *
 * <p>It writes RFC 4880's integrity-protected data packets (version 1, with a modification
 * detection code), encrypted with AES-256, with one uncompressed literal data packet inside. It
 * reads what gpg 2.2 and 2.4 write with AES: armoured or not, compressed or not, signed or not; it
 * does not verify the signature inside a message. That includes the mode OCB, which gpg 2.4 chooses
 * when all recipients' keys ask for it. A message without integrity protection is refused as
 * corrupt; so is one in another AEAD mode, and one as RFC 9580 describes it with {@link
 * KeyUnavailableException}.
 *
 * <p>To write backups, only public keys are needed. To read them, a private key of one recipient is
 * needed. An encoding may have one of the two or both.
 *
 * <p>Immutable and thread-safe. A stream uses less than 1 MiB of memory, and 8 MiB when it reads
 * the mode OCB as gpg writes it. A message cannot be read by ranges.
 */
public final class OpenPgpEncoding implements BackupEncoding {
  /** The suffix of names. */
  public static final String SUFFIX = ".gpg";

  private final @Nullable RecipientKeys recipients;
  private final @Nullable PrivateKeys privateKeys;
  private final InstantSource clock;

  private OpenPgpEncoding(Builder builder) {
    this.recipients = builder.recipients;
    this.privateKeys = builder.privateKeys;
    this.clock = builder.clock;
  }

  /**
   * Begins an encoding.
   *
   * @return a builder without keys
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String suffix() {
    return SUFFIX;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The number of encrypted bytes is not known in advance.
   *
   * @throws KeyUnavailableException when no public keys were given, or one of them expired or was
   *     revoked
   */
  @Override
  public Content encode(Content content, BackupName name) throws BackupException {
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(name, "name");
    if (recipients == null) {
      throw new KeyUnavailableException(
          name + " cannot be encrypted: no public key to encrypt to is given");
    }
    return Content.of(new EncryptedMessage(content.stream(), recipients.at(clock.instant())));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is read before the first read of the result. The result is bytes that may have been
   * modified, until it reports its end: write nothing that lasts before that. When no private key
   * fits, the first read throws {@link KeyUnavailableException}, which names the keys that the
   * message is encrypted to. Reading holds about 512 KiB, and for a message of more than 64 KiB one
   * daemon thread, which computes the modification detection code while the reader decrypts. The
   * thread ends at the end of the message, at a failure and when the result is closed.
   */
  @Override
  public InputStream decode(InputStream encoded, BackupName name) {
    Objects.requireNonNull(encoded, "encoded");
    return new DecryptedMessage(
        encoded, privateKeys == null ? PrivateKeys.none() : privateKeys, name.text());
  }

  /**
   * Reads the beginning of an encrypted backup, about 1 KiB for each recipient.
   *
   * @param encoded the encrypted bytes from their beginning; not closed
   * @param name the name under which they are stored
   * @return the key ids of the keys that the backup is encrypted to, in the order of the message
   * @throws CorruptBackupException when the bytes are not an encrypted OpenPGP message
   * @throws IOException the exception of {@code encoded}
   */
  public static List<KeyId> recipients(InputStream encoded, BackupName name) throws IOException {
    Objects.requireNonNull(encoded, "encoded");
    Objects.requireNonNull(name, "name");
    StoredMessage stored = new StoredMessage(encoded);
    try {
      return MessageHead.read(stored).recipients();
    } catch (IOException e) {
      throw stored.failure() != null ? stored.failure() : corrupt(name, e);
    }
  }

  @Override
  public boolean canDecode() {
    return privateKeys != null;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where a message hides a recipient, every private key may decrypt it.
   */
  @Override
  public Optional<Recipients> encryptedTo(InputStream encoded, BackupName name) throws IOException {
    List<KeyId> ids = recipients(encoded, name);
    List<KeyId> own = privateKeys == null ? List.of() : privateKeys.keyIds();
    return Optional.of(
        new Recipients(
            texts(ids.stream()),
            texts(own.stream().filter(id -> ids.contains(id) || ids.contains(KeyId.HIDDEN)))));
  }

  private static List<String> texts(Stream<KeyId> ids) {
    return ids.map(KeyId::toString).toList();
  }

  /**
   * Gives an encrypted backup other recipients: decrypts its session key with one of the private
   * keys, encrypts it to the public keys, and copies the encrypted data as they are. The data are
   * not decrypted and not verified. The keys of the former recipients still decrypt copies of the
   * backup that were made before.
   *
   * @param encoded the encrypted bytes; closing the result closes them
   * @param name the name under which they are stored
   * @return the same backup, encrypted to the public keys. An exception of {@code encoded} is
   *     thrown unchanged
   * @throws KeyUnavailableException when no public keys were given, one of them cannot be used, or
   *     no private key fits
   * @throws CorruptBackupException when the bytes are not an encrypted OpenPGP message
   * @throws IOException the exception of {@code encoded}
   */
  public InputStream rewrap(InputStream encoded, BackupName name) throws IOException {
    if (recipients == null) {
      throw new KeyUnavailableException(
          name + " cannot be encrypted: no public key to encrypt to is given");
    }
    List<PGPPublicKey> keys = recipients.at(clock.instant());
    StoredMessage stored = new StoredMessage(encoded);
    try {
      MessageHead head = MessageHead.read(new BufferedInputStream(stored, 64 * 1024));
      SessionKey sessionKey =
          SessionKey.decrypt(head, privateKeys == null ? PrivateKeys.none() : privateKeys);
      ByteArrayOutputStream newHead = new ByteArrayOutputStream();
      for (PGPPublicKey key : keys) {
        newHead.write(sessionKey.encryptTo(key));
      }
      newHead.write(head.data().body().header());
      return new SequenceInputStream(new ByteArrayInputStream(newHead.toByteArray()), head.rest());
    } catch (KeyUnavailableException e) {
      throw new KeyUnavailableException(name + " " + e.getMessage(), e);
    } catch (IOException | PGPException e) {
      throw stored.failure() != null ? stored.failure() : corrupt(name, e);
    }
  }

  private static CorruptBackupException corrupt(BackupName name, Exception e) {
    String problem = e instanceof EOFException ? "it ends too early" : e.getMessage();
    return new CorruptBackupException(name + " cannot be decrypted: " + problem, e);
  }

  /** Settings of an encoding. For one thread. */
  public static final class Builder {
    private @Nullable RecipientKeys recipients;
    private @Nullable PrivateKeys privateKeys;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /**
     * Sets the keys that new backups are encrypted to. Default: none, and no backup can be written.
     *
     * @param recipients the public keys
     * @return this
     */
    public Builder encryptTo(RecipientKeys recipients) {
      this.recipients = Objects.requireNonNull(recipients, "recipients");
      return this;
    }

    /**
     * Sets the keys that decrypt backups. Default: none, and no backup can be read.
     *
     * @param privateKeys the private keys
     * @return this
     */
    public Builder decryptWith(PrivateKeys privateKeys) {
      this.privateKeys = Objects.requireNonNull(privateKeys, "privateKeys");
      return this;
    }

    /**
     * Sets the clock that decides whether a public key has expired. Default: the system clock.
     *
     * @param clock the clock
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Builds the encoding.
     *
     * @return the encoding
     */
    public OpenPgpEncoding build() {
      return new OpenPgpEncoding(this);
    }
  }
}
