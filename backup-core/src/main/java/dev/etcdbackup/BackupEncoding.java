package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.io.InputStream;
import java.util.Optional;

/**
 * A reversible encoding of a snapshot on its way to the store: an archive, a compression or an
 * encryption. A suffix of the backup's name says that it was applied; several may follow one
 * another, as in {@code .zst.gpg}, and are undone from the last to the first.
 *
 * <p>Which suffixes are read at all, and in which order they may stand, is fixed by {@link
 * BackupName}.
 *
 * <p>Implementations are thread-safe. A stream they return belongs to one thread at a time, reads
 * the stream underneath only when it is read itself, and holds a bounded amount of memory whatever
 * the size of the snapshot; implementations state how much.
 */
public interface BackupEncoding {
  /**
   * The suffix that this encoding appends to a name.
   *
   * @return a dot and one or more lower-case segments, for example {@code .tar.gz}
   */
  String suffix();

  /**
   * Encodes content while it is read.
   *
   * @param content what to encode. Its expected size, when present, is exact. Its stream is closed
   *     with the stream of the result
   * @param name the name under which the result will be stored, with all of its suffixes
   * @return the encoded content. Its expected size is present only when the number of encoded bytes
   *     is known ahead. What the content's stream throws, reading the result throws unchanged
   * @throws IllegalArgumentException when this encoding cannot be applied under this name, or needs
   *     a size and there is none
   * @throws BackupException when encoding cannot begin
   */
  Content encode(Content content, BackupName name) throws BackupException;

  /**
   * Decodes content while it is read.
   *
   * @param encoded the encoded bytes; closed with the result
   * @param name the name under which they are stored, with all of its suffixes
   * @return the decoded bytes. The end of the stream is reported only after the encoded bytes were
   *     well formed to their own end; otherwise reading throws {@link CorruptBackupException}. What
   *     {@code encoded} throws, reading the result throws unchanged
   * @throws CorruptBackupException when the bytes are not encoded this way
   * @throws BackupException when decoding cannot begin
   */
  InputStream decode(InputStream encoded, BackupName name) throws BackupException;

  /**
   * Decodes single ranges without reading everything before them, if this encoding allows that.
   *
   * @param encoded the encoded bytes
   * @param name the name under which they are stored, with all of its suffixes
   * @return the decoded bytes by ranges; empty when this encoding has to be decoded from its
   *     beginning, which is the default
   * @throws CorruptBackupException when the bytes are not encoded this way
   * @throws BackupException when the encoded bytes cannot be read
   */
  default Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name)
      throws BackupException {
    return Optional.empty();
  }
}
