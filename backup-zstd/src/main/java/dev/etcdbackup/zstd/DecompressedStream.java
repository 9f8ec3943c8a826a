package dev.etcdbackup.zstd;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.ConvertedStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of zstd frames. Follows the structure of each frame, so that it knows where one ends
 * and how large it is, and lets zstd decompress it block by block.
 */
final class DecompressedStream extends ConvertedStream {
  private static final int MAX_BLOCK = 128 << 10;
  private static final int BLOCK_HEADER = 3;
  private static final int RLE = 1;
  private static final int RESERVED = 3;

  private final InputStream in;
  private final EncodedInput encoded;
  private final FrameSequence frames = new FrameSequence();
  private final ByteBuffer content = ByteBuffer.allocateDirect(MAX_BLOCK + 64).flip();
  private @Nullable ZstdDecompressCtx context;
  private @Nullable FrameHeader header; // of the frame that is being read
  private long frameBegin;
  private long frameContent;
  private long total;
  private boolean ended;

  DecompressedStream(InputStream in) {
    this.in = Objects.requireNonNull(in, "in");
    this.encoded = new EncodedInput(in);
  }

  @Override
  protected int convert(byte[] target, int offset, int length) throws IOException {
    while (!content.hasRemaining() && !ended) {
      next();
    }
    if (!content.hasRemaining()) {
      return -1;
    }
    int count = Math.min(length, content.remaining());
    content.get(target, offset, count);
    return count;
  }

  /** Reads a block, a skippable frame, or the end. */
  private void next() throws IOException {
    if (header != null) {
      block(header);
      return;
    }
    if (encoded.isAtEnd()) {
      frames.end();
      ended = true;
      return;
    }
    frames.requireMore();
    int magic = (int) encoded.peek(0, 4);
    if (magic == FrameFormat.MAGIC) {
      begin();
    } else if (FrameFormat.isSkippable(magic)) {
      frames.skippable(encoded);
    } else {
      throw new CorruptBackupException(
          "there is no zstd frame at byte " + encoded.position() + ": the data is damaged");
    }
  }

  private void begin() throws IOException {
    header = FrameHeader.peek(encoded);
    frameBegin = encoded.position();
    frameContent = 0;
    if (context == null) {
      NativeLibrary.require();
      context = new ZstdDecompressCtx();
    } else {
      context.reset();
    }
    decompress(encoded.take(header.size()));
  }

  private void block(FrameHeader frame) throws IOException {
    int block = (int) encoded.peek(0, BLOCK_HEADER);
    int type = block >> 1 & 3;
    int size = block >> 3;
    if (type == RESERVED || size > MAX_BLOCK) {
      throw damaged("has a malformed block");
    }
    boolean last = (block & 1) != 0;
    int length = BLOCK_HEADER + (type == RLE ? 1 : size);
    int checksum = 0;
    if (last && frame.hasChecksum()) {
      checksum = (int) encoded.peek(length, Integer.BYTES);
      length += Integer.BYTES;
    }
    boolean finished = decompress(encoded.take(length));
    if (finished != last) {
      throw damaged("does not end with its last block");
    }
    if (last) {
      header = null;
      frames.data(encoded.position() - frameBegin, frameContent, checksum, frame);
    }
  }

  /**
   * Decompresses bytes of a frame.
   *
   * @return whether the frame is finished
   */
  private boolean decompress(ByteBuffer bytes) throws CorruptBackupException {
    boolean finished = false;
    content.clear();
    try {
      while (bytes.hasRemaining() && !finished) {
        if (!content.hasRemaining()) {
          throw damaged("has a block of more than 128 KiB");
        }
        finished = Objects.requireNonNull(context).decompressDirectByteBufferStream(content, bytes);
      }
    } catch (ZstdException e) { // its message is that of no error, for the code has lost its sign
      throw new CorruptBackupException(
          damaged("is damaged").getMessage() + ": " + Zstd.getErrorName(-e.getErrorCode()), e);
    } finally {
      content.flip();
    }
    frameContent += content.remaining();
    total += content.remaining();
    if (FrameFormat.isBeyondRatio(total - FrameFormat.MAX_WINDOW, encoded.position())) {
      throw new CorruptBackupException(
          "the zstd data expands to more than "
              + FrameFormat.MAX_RATIO
              + " times its size: "
              + total
              + " bytes after "
              + encoded.position()
              + "; if that is expected, decompress it with zstd -d");
    }
    return finished;
  }

  private CorruptBackupException damaged(String how) {
    return new CorruptBackupException("the zstd frame at byte " + frameBegin + " " + how);
  }

  @Override
  public void close() throws IOException {
    super.close();
    if (context != null) {
      context.close();
    }
    in.close();
  }
}
