package dev.etcdbackup.zstd;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/**
 * A part of a snapshot and the frame that it was compressed to, both outside the heap. Used by one
 * thread at a time.
 */
final class Block {
  private final ByteBuffer content = ByteBuffer.allocateDirect(FrameFormat.CONTENT);
  private final ByteBuffer frame;

  Block() {
    int bound = (int) Zstd.compressBound(FrameFormat.CONTENT);
    this.frame = SeekTable.little(ByteBuffer.allocateDirect(bound));
  }

  void clear() {
    content.clear();
  }

  boolean isEmpty() {
    return content.position() == 0;
  }

  int room() {
    return content.remaining();
  }

  void append(byte[] bytes, int length) {
    content.put(bytes, 0, length);
  }

  void compress(ZstdCompressCtx context) {
    frame.clear();
    int size =
        context.compressDirectByteBuffer(
            frame, 0, frame.capacity(), content, 0, content.position());
    frame.position(0).limit(size);
  }

  /**
   * The bytes to store: the frame, after a skippable one when the content so far would otherwise
   * exceed the allowed ratio. Adds both to the table.
   */
  ByteBuffer output(SeekTable table) {
    long size = table.contentSize() + content.position();
    int length = frame.limit();
    ByteBuffer out = frame;
    if (FrameFormat.isBeyondRatio(size, table.encodedSize() + length)) {
      long lacking = size / FrameFormat.MAX_RATIO + 1 - table.encodedSize() - length;
      int padding = (int) Math.max(FrameFormat.SKIPPABLE_HEADER, lacking);
      ByteBuffer padded = SeekTable.little(ByteBuffer.allocate(padding + length));
      padded.putInt(FrameFormat.PADDING).putInt(padding - FrameFormat.SKIPPABLE_HEADER);
      out = padded.position(padding).put(frame.duplicate()).flip();
      table.add(padding, 0, 0);
    }
    table.add(length, content.position(), frame.getInt(length - Integer.BYTES));
    return out;
  }
}
