package dev.etcdbackup;

import java.io.InputStream;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The content of a backup to be stored, for one call of {@link BackupStore#put}.
 *
 * @param stream the bytes. The store reads them once, to the end; the caller closes the stream. A
 *     return of -1 means that the content is complete and may be committed; a stream that throws
 *     instead prevents the write
 * @param expectedSize the expected number of bytes, if known. A store uses it to choose the sizes
 *     of parts and buffers, and accepts more or fewer bytes
 */
public record Content(InputStream stream, OptionalLong expectedSize) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the expected size is negative
   */
  public Content {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(expectedSize, "expectedSize");
    if (expectedSize.isPresent() && expectedSize.getAsLong() < 0) {
      throw new IllegalArgumentException(
          "expectedSize must be 0 or more, not " + expectedSize.getAsLong());
    }
  }

  /**
   * Returns content of unknown size.
   *
   * @param stream the bytes
   * @return the content
   */
  public static Content of(InputStream stream) {
    return new Content(stream, OptionalLong.empty());
  }

  /**
   * Returns content with an expected size.
   *
   * @param stream the bytes
   * @param expectedSize the expected number of bytes, 0 or more
   * @return the content
   * @throws IllegalArgumentException when the size is negative
   */
  public static Content of(InputStream stream, long expectedSize) {
    return new Content(stream, OptionalLong.of(expectedSize));
  }
}
