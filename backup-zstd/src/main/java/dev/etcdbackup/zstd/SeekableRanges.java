package dev.etcdbackup.zstd;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The content of zstd frames by ranges, found through the seek table. */
final class SeekableRanges implements ByteRanges {
  private static final int FIRST_READ = 64 << 10;
  private static final int MAX_CACHED = 8 << 20;

  private final ByteRanges encoded;
  private final SeekTable table;
  private final Map<Integer, byte[]> cache = new LinkedHashMap<>(8, 0.75f, true); // its own lock
  private int cached;

  private SeekableRanges(ByteRanges encoded, SeekTable table) {
    this.encoded = encoded;
    this.table = table;
  }

  /** Reads the seek table; empty when there is none, or frames are too large. */
  static Optional<ByteRanges> open(ByteRanges encoded) throws BackupException {
    try {
      long size = encoded.size();
      ByteBuffer end = end(encoded, Math.min(size, FIRST_READ));
      int tableSize = end.limit() < FrameFormat.FOOTER ? 0 : SeekTable.size(end);
      if (tableSize == 0) {
        return Optional.empty();
      }
      if (tableSize > size) {
        throw new CorruptBackupException("the zstd data is cut: its seek table is larger than it");
      }
      if (tableSize > end.limit()) {
        end = end(encoded, tableSize);
      }
      SeekTable table = SeekTable.parse(end.position(end.limit() - tableSize).slice());
      if (table.encodedSize() + tableSize != size) {
        throw new CorruptBackupException(
            "the zstd data has "
                + (size - tableSize)
                + " bytes of frames, but its seek table has "
                + table.encodedSize());
      }
      return hasLargeFrame(table)
          ? Optional.empty()
          : Optional.of(new SeekableRanges(encoded, table));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException("the seek table cannot be read: " + e.getMessage(), e);
    }
  }

  private static ByteBuffer end(ByteRanges encoded, long length) throws IOException {
    byte[] bytes = new byte[(int) length];
    try (InputStream in = encoded.open(encoded.size() - length, length)) {
      int read = in.readNBytes(bytes, 0, bytes.length);
      if (read < bytes.length) {
        throw new CorruptBackupException("the zstd data ended while its end was read");
      }
    }
    return ByteBuffer.wrap(bytes);
  }

  private static boolean hasLargeFrame(SeekTable table) {
    for (int i = 0; i < table.frames(); i++) {
      if (table.contentEnd(i) - table.contentEnd(i - 1) > FrameFormat.MAX_WINDOW) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long size() {
    return table.contentSize();
  }

  @Override
  public InputStream open(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size() - length) {
      throw new IllegalArgumentException(
          "range " + offset + " + " + length + " must be within the " + size() + " bytes");
    }
    return new Range(offset, length);
  }

  private byte @Nullable [] cached(int frame) {
    synchronized (cache) {
      return cache.get(frame);
    }
  }

  private void keep(int frame, byte[] content) {
    synchronized (cache) {
      byte[] replaced = cache.put(frame, content);
      cached += content.length - (replaced == null ? 0 : replaced.length);
      var eldest = cache.entrySet().iterator();
      while (cached > MAX_CACHED && cache.size() > 1) {
        cached -= eldest.next().getValue().length;
        eldest.remove();
      }
    }
  }

  /** One range; asks for the encoded bytes when they are needed. */
  private final class Range extends InputStream {
    private final long end;
    private final int lastFrame;
    private long position;
    private @Nullable FrameReader reader;
    private boolean closed;

    Range(long offset, long length) {
      this.position = offset;
      this.end = offset + length;
      this.lastFrame = length == 0 ? -1 : table.frameOf(end - 1);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      if (closed) {
        throw new IOException("the stream is closed");
      }
      if (length == 0) {
        return 0;
      }
      if (position == end) {
        return -1;
      }
      int frame = table.frameOf(position);
      byte[] content = content(frame);
      int within = (int) (position - table.contentEnd(frame - 1));
      int count = (int) Math.min(Math.min(length, content.length - within), end - position);
      System.arraycopy(content, within, target, offset, count);
      position += count;
      return count;
    }

    private byte[] content(int frame) throws IOException {
      byte[] known = cached(frame);
      if (known != null) {
        return known;
      }
      FrameReader from = reader;
      if (from == null || from.next() > frame) {
        close(from);
        from = new FrameReader(encoded, table, frame, lastFrame);
        reader = from;
      }
      byte[] content = from.read(frame);
      keep(frame, content);
      return content;
    }

    private static void close(@Nullable FrameReader reader) throws IOException {
      if (reader != null) {
        reader.close();
      }
    }

    @Override
    public void close() throws IOException {
      closed = true;
      close(reader);
    }
  }
}
