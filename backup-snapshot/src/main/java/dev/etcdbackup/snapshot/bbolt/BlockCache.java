package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.util.Arrays;

/**
 * A few blocks of a file, read ahead where reading goes on where it stopped.
 *
 * <p>A block that is asked for out of order is small. Each one that follows closely on another is
 * twice its size, up to the largest; so pages in order are read in large pieces, scattered ones in
 * small pieces, and several runs side by side do not disturb each other.
 *
 * <p>For one thread. Holds {@value #BLOCKS} blocks of the largest read, and one larger array when a
 * single piece is larger than that.
 */
final class BlockCache implements ByteWindow {
  private static final int BLOCKS = 8;

  private final RandomAccessBytes bytes;
  private final Block[] blocks = new Block[BLOCKS];
  private final Block large = new Block(); // for what fits in none of them
  private Block latest;
  private long clock;

  BlockCache(RandomAccessBytes bytes) {
    this.bytes = bytes;
    Arrays.setAll(blocks, i -> new Block());
    latest = blocks[0];
  }

  @Override
  public int largest() {
    return bytes.largestRead();
  }

  @Override
  public int at(long position, int length) throws IOException {
    Block block = latest;
    if (!block.holds(position, length)) {
      block = find(position, length);
      latest = block;
    }
    block.lastUse = ++clock;
    return (int) (position - block.start);
  }

  @Override
  public byte[] array() {
    return latest.array;
  }

  private Block find(long position, int length) throws IOException {
    if (length > bytes.largestRead()) {
      if (!large.holds(position, length)) {
        large.load(bytes, position, length);
      }
      return large;
    }
    Block oldest = blocks[0];
    int readAhead = bytes.smallestRead();
    for (Block block : blocks) {
      if (block.holds(position, length)) {
        return block;
      }
      if (block.isFollowedBy(position)) {
        readAhead = Math.max(readAhead, (int) Math.min(bytes.largestRead(), 2L * block.length));
      }
      if (block.lastUse < oldest.lastUse) {
        oldest = block;
      }
    }
    int wanted = (int) Math.min(Math.max(readAhead, length), bytes.size() - position);
    oldest.load(bytes, position, wanted);
    return oldest;
  }

  private static final class Block {
    private byte[] array = new byte[0];
    private long start;
    private int length;
    private long lastUse;

    boolean holds(long position, int wanted) {
      return position >= start && position + wanted <= start + length;
    }

    /** A page that straddles the end begins before it; free pages may lie between. */
    boolean isFollowedBy(long position) {
      return position > start && position < start + 2L * length;
    }

    void load(RandomAccessBytes bytes, long position, int wanted) throws IOException {
      length = 0; // whatever fails, the block claims nothing
      if (array.length < wanted) {
        array = new byte[0]; // so that the old one can go before the new one comes
        array = new byte[wanted];
      }
      bytes.read(position, array, 0, wanted);
      start = position;
      length = wanted;
    }
  }
}
