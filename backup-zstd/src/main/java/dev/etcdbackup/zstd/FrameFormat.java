package dev.etcdbackup.zstd;

/** The numbers of the zstd frame format, of the seekable format, and of what is written here. */
final class FrameFormat {
  /** The first four bytes of a frame with data. */
  static final int MAGIC = 0xFD2FB528;

  /** The first of the 16 magic numbers of skippable frames. */
  static final int SKIPPABLE = 0x184D2A50;

  /** A skippable frame that makes room for data that compresses more than {@link #MAX_RATIO}. */
  static final int PADDING = 0x184D2A5D;

  /** A skippable frame that holds a seek table. */
  static final int SEEK_TABLE = 0x184D2A5E;

  /** The last four bytes of a seek table. */
  static final int SEEK_TABLE_END = 0x8F92EAB1;

  /** A skippable frame's magic number and size. */
  static final int SKIPPABLE_HEADER = 8;

  /** The number of frames, the descriptor and the magic number that end a seek table. */
  static final int FOOTER = 9;

  /**
   * How many bytes of a snapshot each frame but the last holds. No database and no snapshot has
   * this size, so that a file which ends after one such frame is known to be cut.
   */
  static final int CONTENT = (2 << 20) - 512;

  /** The largest window, and the largest frame that is read by ranges. */
  static final int MAX_WINDOW = 8 << 20;

  /** How many bytes may be decompressed whatever the ratio. */
  static final long UNBOUNDED = 64 << 20;

  /** The largest allowed ratio of the content to its compressed bytes beyond that. */
  static final int MAX_RATIO = 1000;

  private FrameFormat() {}

  static boolean isSkippable(int magic) {
    return (magic & 0xFFFFFFF0) == SKIPPABLE;
  }

  static boolean isBeyondRatio(long content, long encoded) {
    return content > UNBOUNDED && content / MAX_RATIO > encoded;
  }
}
