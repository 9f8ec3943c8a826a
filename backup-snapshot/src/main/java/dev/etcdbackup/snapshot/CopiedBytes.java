package dev.etcdbackup.snapshot;

import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written once from their beginning to their end and then read anywhere: in memory
 * up to {@value #MAX_IN_MEMORY} bytes and in a temporary file beyond, which {@link #close} deletes,
 * or in a file that is kept. A thread of its own writes the file.
 *
 * <p>Written by one thread; read only after {@link #complete}, and thread-safe from then on.
 */
final class CopiedBytes implements RandomAccessBytes {
  /** How much of a snapshot is held in memory at most: 32 MiB. */
  static final int MAX_IN_MEMORY = 32 << 20;

  private static final int CHUNK = 256 << 10; // see KeyIndex

  private final Path target;
  private final boolean kept;
  private final List<byte[]> chunks = new ArrayList<>();
  private @Nullable Path file;
  private @Nullable FileChannel channel;
  private @Nullable WriteBehind writer;
  private long size;

  private CopiedBytes(Path target, boolean kept) {
    this.target = target;
    this.kept = kept;
  }

  /**
   * In memory, or in a temporary file.
   *
   * @param directory where the file goes
   */
  static CopiedBytes temporary(Path directory) {
    return new CopiedBytes(directory, false);
  }

  /**
   * In a file that is made now and kept, and forced to the disk while it is written.
   *
   * @param file the file, not there yet
   */
  static CopiedBytes kept(Path file) throws IOException {
    CopiedBytes bytes = new CopiedBytes(file, true);
    bytes.writeTo(
        file,
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            AtomicFile.mode(file, "rw-------")));
    return bytes;
  }

  /** Whether all is in memory; otherwise it is in a file. */
  boolean isInMemory() {
    return file == null;
  }

  /** Appends bytes. When this throws, what was appended before is still to be closed. */
  void append(byte[] array, int offset, int length) throws IOException {
    if (writer == null && size + length > MAX_IN_MEMORY) {
      moveToFile();
    }
    if (writer == null) {
      appendToChunks(array, offset, length);
    } else {
      writer.append(array, offset, length);
    }
    size += length;
  }

  /** Waits until all that was appended can be read. Nothing can be appended any more. */
  void complete() throws IOException {
    if (writer != null) {
      writer.finish();
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) throws IOException {
    if (channel != null) {
      read(channel, position, ByteBuffer.wrap(target, offset, length));
      return;
    }
    int done = 0;
    while (done < length) {
      int within = (int) ((position + done) % CHUNK);
      int part = Math.min(length - done, CHUNK - within);
      byte[] chunk = chunks.get((int) ((position + done) / CHUNK));
      System.arraycopy(chunk, within, target, offset + done, part);
      done += part;
    }
  }

  /** Deletes the file, unless it is kept. */
  @Override
  public void close() throws IOException {
    try {
      if (writer != null) {
        writer.close();
      }
      if (channel != null) {
        channel.close();
      }
    } finally {
      if (file != null && !kept) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void appendToChunks(byte[] array, int offset, int length) {
    int done = 0;
    while (done < length) {
      int within = (int) ((size + done) % CHUNK);
      if (within == 0) {
        chunks.add(new byte[CHUNK]);
      }
      int part = Math.min(length - done, CHUNK - within);
      System.arraycopy(array, offset + done, chunks.get(chunks.size() - 1), within, part);
      done += part;
    }
  }

  private void moveToFile() throws IOException {
    if (!Files.isDirectory(target)) {
      throw new NoSuchFileException(target.toString(), null, "there is no such directory");
    }
    Path created = Files.createTempFile(target, "etcd-backup-", ".db");
    file = created;
    WriteBehind begun =
        writeTo(
            created, FileChannel.open(created, StandardOpenOption.READ, StandardOpenOption.WRITE));
    long written = 0;
    for (byte[] chunk : chunks) {
      int length = (int) Math.min(CHUNK, size - written);
      begun.append(chunk, 0, length);
      written += length;
    }
    chunks.clear();
  }

  private WriteBehind writeTo(Path to, FileChannel opened) {
    file = to;
    channel = opened; // closed with this, whatever happens next
    WriteBehind begun = new WriteBehind(opened, kept);
    writer = begun;
    return begun;
  }

  private void read(FileChannel from, long position, ByteBuffer into) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = from.read(into, at);
      if (read < 0) {
        throw new EOFException(file + " ends at byte " + at + ", it had " + size);
      }
      at += read;
    }
  }
}
