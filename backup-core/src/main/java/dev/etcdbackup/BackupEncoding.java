package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A reversible encoding of the bytes of a snapshot: an archive format, a compression or an
 * encryption. The suffix of an encoding is appended to the name of the backup. Encodings can be
 * combined, as in {@code .zst.gpg}; they are decoded from the last suffix to the first.
 *
 * <p>{@link BackupName} defines the suffixes that are recognised and the order in which they may be
 * combined.
 *
 * <p>Implementations are thread-safe. A stream that they return is used by one thread at a time,
 * reads the underlying stream only when it is read itself, and uses an amount of memory that does
 * not depend on the size of the snapshot; implementations state how much.
 */
public interface BackupEncoding {
  /**
   * Returns the suffix that this encoding appends to a name.
   *
   * @return {@code .zst}, {@code .gpg} or {@code .tar.gz}. {@link BackupName} recognises no others,
   *     and {@link BackupEncodings#of} refuses them: what a name means does not depend on the
   *     program that reads it
   */
  String suffix();

  /**
   * Encodes content while it is read.
   *
   * @param content the content to encode. Its expected size, when present, must be exact. Closing
   *     the stream of the result closes its stream
   * @param name the name under which the result will be stored, with all of its suffixes
   * @return the encoded content. Its expected size is present only when the number of encoded bytes
   *     is known in advance. An exception of the content's stream is thrown unchanged by the read
   *     that meets it
   * @throws IllegalArgumentException when this encoding cannot be applied under this name, or needs
   *     a size that is not known
   * @throws BackupException when encoding cannot start
   */
  Content encode(Content content, BackupName name) throws BackupException;

  /**
   * Decodes content while it is read.
   *
   * @param encoded the encoded bytes; closing the result closes them
   * @param name the name under which they are stored, with all of its suffixes
   * @return the decoded bytes. The stream reports its end only after all encoded bytes were read
   *     and are well-formed; otherwise reading throws {@link CorruptBackupException}. An exception
   *     of {@code encoded} is thrown unchanged by the read that meets it
   * @throws CorruptBackupException when the bytes are not in this encoding
   * @throws BackupException when decoding cannot start
   */
  InputStream decode(InputStream encoded, BackupName name) throws BackupException;

  /**
   * Returns random access to the decoded bytes, if this encoding allows to decode a range without
   * reading everything before it.
   *
   * @param encoded the encoded bytes
   * @param name the name under which they are stored, with all of its suffixes
   * @return the decoded bytes; empty when this encoding can only be decoded from the beginning,
   *     which is the default
   * @throws CorruptBackupException when the bytes are not in this encoding
   * @throws BackupException when the encoded bytes cannot be read
   */
  default Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name)
      throws BackupException {
    return Optional.empty();
  }

  /**
   * Returns whether this encoding can decode at all. One that encrypts cannot when it has no
   * private key.
   *
   * @return true by default
   */
  default boolean canDecode() {
    return true;
  }

  /**
   * Returns to whom a backup is encrypted, and which private keys of this encoding may decrypt it.
   * Reads only the beginning and decrypts nothing.
   *
   * @param encoded the encoded bytes, or at least the first 256 KiB of them; not closed
   * @param name the name under which they are stored, with all of its suffixes
   * @return the recipients; empty when this encoding does not encrypt, which is the default
   * @throws CorruptBackupException when the bytes are not in this encoding
   * @throws IOException the exception of {@code encoded}
   */
  default Optional<Recipients> encryptedTo(InputStream encoded, BackupName name)
      throws IOException {
    return Optional.empty();
  }
}
