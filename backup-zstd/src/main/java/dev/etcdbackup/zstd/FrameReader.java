package dev.etcdbackup.zstd;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.CorruptBackupException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads consecutive frames in one range of the encoded bytes and decompresses them whole. */
final class FrameReader implements Closeable {
  private final SeekTable table;
  private final InputStream in;
  private int next;

  FrameReader(ByteRanges encoded, SeekTable table, int first, int last) throws IOException {
    this.table = table;
    this.next = first;
    long begin = table.encodedEnd(first - 1);
    this.in = encoded.open(begin, table.encodedEnd(last) - begin);
  }

  /** The first frame that can still be read. */
  int next() {
    return next;
  }

  /** Reads a frame and skips those before it. */
  byte[] read(int frame) throws IOException {
    NativeLibrary.require();
    in.skipNBytes(table.encodedEnd(frame - 1) - table.encodedEnd(next - 1));
    next = frame + 1;
    long length = table.encodedEnd(frame) - table.encodedEnd(frame - 1);
    int size = (int) (table.contentEnd(frame) - table.contentEnd(frame - 1));
    if (length > Zstd.compressBound(size) + 64) {
      throw damaged(frame, "is longer than frames of its content are");
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("the encoded bytes ended within frame " + frame);
    }
    if (table.hasChecksums() && hasChecksum(bytes) && checksum(bytes) != table.checksum(frame)) {
      throw damaged(frame, "is not the one that the seek table lists");
    }
    byte[] content = new byte[size];
    try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      int found = context.decompressByteArray(content, 0, size, bytes, 0, bytes.length);
      if (found != size) {
        throw damaged(frame, "has " + found + " bytes of content instead of " + size);
      }
    } catch (ZstdException e) {
      throw new CorruptBackupException(
          "frame " + frame + " of the zstd data is damaged: " + e.getMessage(), e);
    }
    return content;
  }

  private static boolean hasChecksum(byte[] frame) {
    return frame.length > 8 && (frame[4] & FrameHeader.CHECKSUM) != 0;
  }

  private static int checksum(byte[] frame) {
    return SeekTable.little(ByteBuffer.wrap(frame)).getInt(frame.length - Integer.BYTES);
  }

  private static CorruptBackupException damaged(int frame, String how) {
    return new CorruptBackupException("frame " + frame + " of the zstd data " + how);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
