package dev.etcdbackup.openpgp;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.Content;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.name.BackupName;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Backups with the suffix {@code .gpg}: OpenPGP messages encrypted to one public key or more, which
 * {@code gpg --decrypt} reads.
 *
 * <p>Written are RFC 4880's integrity-protected data packets (version 1, with a modification
 * detection code), encrypted with AES-256, with one uncompressed literal data packet inside. Read
 * is what gpg 2.2 and 2.4 write with AES: armoured or not, compressed or not, signed or not; the
 * signature inside a message is not verified. A message without integrity protection is refused as
 * corrupt. One in the mode OCB of gpg 2.4, or in another AEAD mode, is refused with {@link
 * KeyUnavailableException}; gpg chooses that mode only when all recipients' keys ask for it.
 *
 * <p>To write backups, only public keys are needed. To read them, a private key of one recipient is
 * needed. An encoding may have one of the two or both.
 *
 * <p>Immutable and thread-safe. A stream uses less than 1 MiB of memory. A message cannot be read
 * by ranges.
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
   * message is encrypted to.
   */
  @Override
  public InputStream decode(InputStream encoded, BackupName name) {
    Objects.requireNonNull(encoded, "encoded");
    return new DecryptedMessage(
        encoded, privateKeys == null ? PrivateKeys.none() : privateKeys, name.text());
  }

  /** Sets an encoding up. For one thread. */
  public static final class Builder {
    private @Nullable RecipientKeys recipients;
    private @Nullable PrivateKeys privateKeys;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /**
     * The keys that new backups are encrypted to. By default none, and none can be written.
     *
     * @param recipients the public keys
     * @return this
     */
    public Builder encryptTo(RecipientKeys recipients) {
      this.recipients = Objects.requireNonNull(recipients, "recipients");
      return this;
    }

    /**
     * The keys that decrypt backups. By default none, and none can be read.
     *
     * @param privateKeys the private keys
     * @return this
     */
    public Builder decryptWith(PrivateKeys privateKeys) {
      this.privateKeys = Objects.requireNonNull(privateKeys, "privateKeys");
      return this;
    }

    /**
     * The clock that decides whether a public key has expired. By default the system clock.
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
