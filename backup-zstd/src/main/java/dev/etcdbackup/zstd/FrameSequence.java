package dev.etcdbackup.zstd;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Checks that a sequence of frames is complete: that its seek table agrees with the frames before
 * it, and that a file without one has but one frame, which is not one of those written here.
 *
 * <p>Of the frames only hashes are kept, so that the memory does not grow with their number.
 */
final class FrameSequence {
  private final MessageDigest withChecksums = Sha256.digest();
  private final MessageDigest sizesOnly = Sha256.digest();
  private long frames;
  private long dataFrames;
  private long lastContent;
  private boolean foreign; // has skippable frames of another program
  private boolean allHaveChecksums = true;
  private boolean tableRead;

  /** Adds a frame with data. */
  void data(long encoded, long content, int checksum, FrameHeader header) {
    dataFrames++;
    lastContent = content;
    allHaveChecksums &= header.hasChecksum();
    add(encoded, content, checksum);
  }

  private void add(long encoded, long content, int checksum) {
    frames++;
    ByteBuffer entry = ByteBuffer.allocate(20).putLong(encoded).putLong(content);
    sizesOnly.update(entry.array(), 0, 16);
    withChecksums.update(entry.putInt(checksum).array());
  }

  /** Takes a skippable frame. */
  void skippable(EncodedInput in) throws IOException {
    int magic = (int) in.peek(0, 4);
    long size = in.peek(4, 4);
    if (magic == FrameFormat.SEEK_TABLE) {
      table(in, size);
      return;
    }
    foreign |= magic != FrameFormat.PADDING;
    in.skip(FrameFormat.SKIPPABLE_HEADER + size);
    add(FrameFormat.SKIPPABLE_HEADER + size, 0, 0);
  }

  private void table(EncodedInput in, long size) throws IOException {
    int entry = size == frames * 12 + FrameFormat.FOOTER ? 12 : 8;
    if (size != frames * entry + FrameFormat.FOOTER) {
      throw disagrees();
    }
    in.skip(FrameFormat.SKIPPABLE_HEADER);
    boolean compareChecksums = entry == 12 && allHaveChecksums;
    MessageDigest digest = Sha256.digest();
    for (long i = 0; i < frames; i++) {
      ByteBuffer bytes = in.take(entry);
      ByteBuffer sizes = ByteBuffer.allocate(16);
      sizes.putLong(Integer.toUnsignedLong(bytes.getInt()));
      sizes.putLong(Integer.toUnsignedLong(bytes.getInt()));
      digest.update(sizes.array());
      if (compareChecksums) {
        digest.update(ByteBuffer.allocate(4).putInt(bytes.getInt()).array());
      }
    }
    ByteBuffer footer = in.take(FrameFormat.FOOTER);
    boolean wellFormed =
        footer.getInt() == frames
            && (footer.get() & 0xFC) == (entry == 12 ? 0x80 : 0)
            && footer.getInt() == FrameFormat.SEEK_TABLE_END;
    byte[] expected = compareChecksums ? withChecksums.digest() : sizesOnly.digest();
    if (!wellFormed || !Arrays.equals(expected, digest.digest())) {
      throw disagrees();
    }
    tableRead = true;
  }

  private static CorruptBackupException disagrees() {
    return new CorruptBackupException(
        "the seek table at the end of the zstd data does not agree with its frames: data is missing"
            + " or damaged");
  }

  /** Checks that a frame may follow. */
  void requireMore() throws CorruptBackupException {
    if (tableRead) {
      throw new CorruptBackupException("there are bytes after the seek table of the zstd data");
    }
  }

  /** Checks that the data may end here. */
  void end() throws CorruptBackupException {
    if (tableRead || (foreign && dataFrames > 0)) {
      return;
    }
    if (dataFrames != 1 || lastContent == FrameFormat.CONTENT) {
      throw new CorruptBackupException(
          dataFrames == 0
              ? "the zstd data is empty"
              : "the zstd data is cut: it ends after "
                  + dataFrames
                  + (dataFrames == 1 ? " frame" : " frames")
                  + " without a seek table");
    }
  }
}
