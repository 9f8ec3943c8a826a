package dev.etcdbackup.zstd;

import dev.etcdbackup.CorruptBackupException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The seek table of the zstd seekable format: the size of each frame before it, as it is stored and
 * as content, and the lower half of the XXH64 of the content. A skippable frame at the end.
 */
final class SeekTable {
  private static final int MAX_BYTES = 16 << 20;
  private static final int CHECKSUMS = 0x80;
  private static final int RESERVED = 0x7C;

  private int frames;
  private int[] checksums = new int[64];
  private long[] encodedEnds = new long[64];
  private long[] contentEnds = new long[64];
  private boolean hasChecksums = true;

  /** Appends a frame; a skippable one has no content and the checksum 0. */
  void add(int encoded, int content, int checksum) {
    if (frames == checksums.length) {
      checksums = Arrays.copyOf(checksums, 2 * frames);
      encodedEnds = Arrays.copyOf(encodedEnds, 2 * frames);
      contentEnds = Arrays.copyOf(contentEnds, 2 * frames);
    }
    encodedEnds[frames] = encodedSize() + Integer.toUnsignedLong(encoded);
    contentEnds[frames] = contentSize() + Integer.toUnsignedLong(content);
    checksums[frames] = checksum;
    frames++;
  }

  int frames() {
    return frames;
  }

  /** The size of all frames without the table. */
  long encodedSize() {
    return encodedEnd(frames - 1);
  }

  long contentSize() {
    return contentEnd(frames - 1);
  }

  /** Where a frame ends; 0 for the frame before the first. */
  long encodedEnd(int frame) {
    return frame < 0 ? 0 : encodedEnds[frame];
  }

  /** Where the content of a frame ends; 0 for the frame before the first. */
  long contentEnd(int frame) {
    return frame < 0 ? 0 : contentEnds[frame];
  }

  boolean hasChecksums() {
    return hasChecksums;
  }

  int checksum(int frame) {
    return checksums[frame];
  }

  /** The frame that holds a byte of the content. */
  int frameOf(long position) {
    int found = Arrays.binarySearch(contentEnds, 0, frames, position);
    int frame = found >= 0 ? found + 1 : -found - 1;
    while (contentEnd(frame) == contentEnd(frame - 1) || contentEnd(frame) <= position) {
      frame++; // those without content
    }
    return frame;
  }

  /** The table as it is stored. */
  ByteBuffer toBytes() {
    int size = frames * 12 + FrameFormat.FOOTER;
    ByteBuffer out = little(ByteBuffer.allocate(FrameFormat.SKIPPABLE_HEADER + size));
    out.putInt(FrameFormat.SEEK_TABLE).putInt(size);
    for (int i = 0; i < frames; i++) {
      out.putInt((int) (encodedEnd(i) - encodedEnd(i - 1)));
      out.putInt((int) (contentEnd(i) - contentEnd(i - 1)));
      out.putInt(checksums[i]);
    }
    out.putInt(frames).put((byte) CHECKSUMS).putInt(FrameFormat.SEEK_TABLE_END);
    return out.flip();
  }

  /**
   * Returns how many bytes at the end of a file are its seek table.
   *
   * @param footer the last bytes of the file, at least those of a footer
   * @return the size; 0 when there is no seek table
   * @throws CorruptBackupException when the table is malformed, or has more than 16 MiB
   */
  static int size(ByteBuffer footer) throws CorruptBackupException {
    ByteBuffer end = little(footer.duplicate());
    end.position(end.limit() - FrameFormat.FOOTER);
    long frames = Integer.toUnsignedLong(end.getInt());
    int descriptor = end.get();
    if (end.getInt() != FrameFormat.SEEK_TABLE_END) {
      return 0;
    }
    long size = FrameFormat.SKIPPABLE_HEADER + frames * entrySize(descriptor) + FrameFormat.FOOTER;
    if ((descriptor & RESERVED) != 0 || size > MAX_BYTES) {
      throw new CorruptBackupException("the seek table is damaged, or has more than 16 MiB");
    }
    return (int) size;
  }

  /** Parses a whole table. */
  static SeekTable parse(ByteBuffer bytes) throws CorruptBackupException {
    ByteBuffer in = little(bytes.duplicate());
    int descriptor = in.get(in.limit() - 5);
    int entry = entrySize(descriptor);
    int frames = in.getInt(in.limit() - FrameFormat.FOOTER);
    int size = in.remaining() - FrameFormat.SKIPPABLE_HEADER;
    if (in.getInt() != FrameFormat.SEEK_TABLE || in.getInt() != size) {
      throw new CorruptBackupException("the seek table does not begin where it should");
    }
    SeekTable table = new SeekTable();
    table.hasChecksums = entry == 12;
    for (int i = 0; i < frames; i++) {
      table.add(in.getInt(), in.getInt(), table.hasChecksums ? in.getInt() : 0);
    }
    return table;
  }

  static int entrySize(int descriptor) {
    return (descriptor & CHECKSUMS) != 0 ? 12 : 8;
  }

  static ByteBuffer little(ByteBuffer buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }
}
