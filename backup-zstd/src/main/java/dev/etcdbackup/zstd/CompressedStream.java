package dev.etcdbackup.zstd;

import com.github.luben.zstd.ZstdException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.ConvertedStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot, compressed while it is read. The reading thread fills blocks from the snapshot, other
 * threads compress them, and the results leave in order; one block more than there are threads is
 * in work at most.
 */
final class CompressedStream extends ConvertedStream {
  private static final int PIECE = 64 << 10;

  private final InputStream in;
  private final Compressors compressors;
  private final int threads;
  private final byte[] piece = new byte[PIECE];
  private final Deque<Future<Block>> inWork = new ArrayDeque<>();
  private final Deque<Block> free = new ArrayDeque<>();
  private final SeekTable table = new SeekTable();

  private @Nullable Block current; // whose bytes are being returned
  private ByteBuffer out = ByteBuffer.allocate(0);
  private boolean snapshotEnded;
  private boolean tableWritten;

  CompressedStream(InputStream in, int level, int threads) {
    this.in = Objects.requireNonNull(in, "in");
    this.threads = threads;
    this.compressors = new Compressors(level, threads);
  }

  @Override
  protected int convert(byte[] target, int offset, int length) throws IOException {
    while (!out.hasRemaining()) {
      if (!next()) {
        compressors.close();
        return -1;
      }
    }
    int count = Math.min(length, out.remaining());
    out.get(target, offset, count);
    return count;
  }

  @Override
  protected IOException failed(IOException e) {
    compressors.close();
    return e;
  }

  /** Moves on to the next bytes to return; false at the end. */
  private boolean next() throws IOException {
    NativeLibrary.require();
    if (current != null) {
      free.add(current);
      current = null;
    }
    while (!snapshotEnded && inWork.size() <= threads) {
      Block block = free.isEmpty() ? new Block() : free.remove();
      fill(block);
      if (!block.isEmpty()) {
        inWork.add(compressors.submit(block));
      }
    }
    if (!inWork.isEmpty()) {
      Block done = await(inWork.remove());
      current = done;
      out = done.output(table);
      return true;
    }
    if (tableWritten) {
      return false;
    }
    tableWritten = true;
    out = table.toBytes();
    return true;
  }

  private void fill(Block block) throws IOException {
    block.clear();
    while (block.room() > 0) {
      int read = in.read(piece, 0, Math.min(piece.length, block.room()));
      if (read < 0) {
        snapshotEnded = true;
        return;
      }
      block.append(piece, read);
    }
  }

  private static Block await(Future<Block> work) throws IOException {
    try {
      return work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("compressing the snapshot was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ZstdException failed) {
        throw new StoreException("the snapshot cannot be compressed: " + failed.getMessage(), e);
      }
      throw new StoreException("the snapshot cannot be compressed: " + e.getCause(), e);
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    try {
      in.close();
    } finally {
      compressors.close();
    }
  }
}
