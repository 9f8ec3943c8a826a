package dev.etcdbackup;

import java.io.InputStream;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What is to be stored; good for a single {@link BackupStore#put}.
 *
 * @param stream the bytes, read once by the store to their end and closed by the caller. Reaching
 *     -1 says that the content is whole and may be committed; whoever wants a write undone throws
 * @param expectedSize the number of bytes if known. A hint to choose sizes by: the store accepts
 *     more or fewer
 */
public record Content(InputStream stream, OptionalLong expectedSize) {
  /** Checks the values. */
  public Content {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(expectedSize, "expectedSize");
    if (expectedSize.isPresent() && expectedSize.getAsLong() < 0) {
      throw new IllegalArgumentException(
          "expectedSize must be 0 or more, not " + expectedSize.getAsLong());
    }
  }

  /**
   * Content of unknown size.
   *
   * @param stream the bytes
   * @return the content
   */
  public static Content of(InputStream stream) {
    return new Content(stream, OptionalLong.empty());
  }

  /**
   * Content whose size is known.
   *
   * @param stream the bytes
   * @param expectedSize their number, 0 or more
   * @return the content
   */
  public static Content of(InputStream stream, long expectedSize) {
    return new Content(stream, OptionalLong.of(expectedSize));
  }
}
