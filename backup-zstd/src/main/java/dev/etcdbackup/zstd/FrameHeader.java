package dev.etcdbackup.zstd;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;

/**
 * The header of a frame with data.
 *
 * @param size how many bytes it has
 * @param content the size of the content; -1 when the header does not say
 * @param hasChecksum whether the frame ends with a checksum of the content
 */
record FrameHeader(int size, long content, boolean hasChecksum) {
  static final int CHECKSUM = 0x04;

  private static final int SINGLE_SEGMENT = 0x20;
  private static final int RESERVED = 0x08;

  /**
   * Reads the header that comes next, and leaves it where it is.
   *
   * @throws CorruptBackupException when it needs a dictionary or more than 8 MiB of memory
   */
  static FrameHeader peek(EncodedInput in) throws IOException {
    int descriptor = in.peekByte(4);
    boolean single = (descriptor & SINGLE_SEGMENT) != 0;
    int contentFlag = descriptor >> 6;
    int at = 5;
    long window = 0;
    if (!single) {
      int code = in.peekByte(at++);
      long base = 1L << (10 + (code >> 3));
      window = base + base / 8 * (code & 7);
    }
    int dictionaryFlag = descriptor & 3;
    int dictionary = dictionaryFlag == 3 ? 4 : dictionaryFlag;
    if ((descriptor & RESERVED) != 0 || (dictionary > 0 && in.peek(at, dictionary) != 0)) {
      throw new CorruptBackupException(
          "the zstd frame at byte " + in.position() + " needs a dictionary, or is damaged");
    }
    at += dictionary;
    int length = contentFlag == 0 ? (single ? 1 : 0) : 1 << contentFlag;
    long content = length == 0 ? -1 : in.peek(at, length) + (contentFlag == 1 ? 256 : 0);
    at += length;
    window = single ? content : window;
    if (window < 0 || window > FrameFormat.MAX_WINDOW) {
      throw new CorruptBackupException(
          "the zstd frame at byte "
              + in.position()
              + " needs a window of "
              + Long.toUnsignedString(window)
              + " bytes, more than 8 MiB; decompress it with zstd -d --long=31, or it is damaged");
    }
    return new FrameHeader(at, content, (descriptor & CHECKSUM) != 0);
  }
}
