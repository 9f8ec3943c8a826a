package dev.etcdbackup.zstd;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/**
 * Backups compressed with zstd, {@code .zst}: independent frames of 2 MiB of the snapshot (less 512
 * bytes), each with a checksum of its content, followed by the seek table of the zstd seekable
 * format. {@code zstd -d} and every other decoder read them, and a range can be read without what
 * is before it.
 *
 * <p><strong>Compressing</strong> takes place in threads of its own next to the thread that reads
 * the result, which alone reads the snapshot: by default one for each core and at most 2. They
 * start with the first read, end when the end was read or reading failed, and when the stream is
 * closed, which waits for the frames in work: some milliseconds, at level 19 up to a few seconds.
 * At the defaults a stream takes at most 40 MiB, most of it outside the heap: 4 MiB for each thread
 * and one more, and what zstd needs for each thread, which is 3 MiB at level 1 and up to 50 MiB at
 * level 19. The same snapshot, level and version of zstd give the same bytes, whatever the number
 * of threads.
 *
 * <p><strong>Decompressing</strong> reads what {@code zstd} and {@code pzstd} write, too, and takes
 * at most 10 MiB. It refuses with {@link dev.etcdbackup.CorruptBackupException} what it cannot read
 * in bounded memory or time: a window of more than 8 MiB (as {@code zstd --ultra} and {@code
 * --long} write it), dictionaries, and data that expands to more than 64 MiB and more than 1000
 * times its size; what is written here never does. Several frames without a seek table that agrees
 * with them are refused as cut. Frames that are cut, changed or in another order are never read as
 * complete, and what follows the seek table is refused.
 *
 * <p>Reading ranges takes one request for the end of the object, where the seek table is, 12 bytes
 * for each frame, and then one for each range. The last 8 MiB that were decompressed are kept.
 *
 * <p>Immutable and thread-safe.
 */
public final class Zstandard implements BackupEncoding {
  /** The level that is used when none is given: 1. */
  public static final int DEFAULT_LEVEL = 1;

  /** The highest level: 19. */
  public static final int MAX_LEVEL = 19;

  private static final String SUFFIX = ".zst";
  private static final int MAX_THREADS = 64;

  private final int level;
  private final int threads;

  private Zstandard(int level, int threads) {
    this.level = level;
    this.threads = threads;
  }

  /** Creates the encoding with level 1 and the default number of threads. */
  public Zstandard() {
    this(DEFAULT_LEVEL, Math.max(1, Math.min(2, Runtime.getRuntime().availableProcessors())));
  }

  /**
   * Returns this encoding with another level. Reading does not depend on it.
   *
   * @param level the level of compression, 1 (fastest) to 19
   * @return the encoding
   * @throws IllegalArgumentException when the level is out of range
   */
  public Zstandard withLevel(int level) {
    if (level < 1 || level > MAX_LEVEL) {
      throw new IllegalArgumentException("level must be 1 to " + MAX_LEVEL + ", not " + level);
    }
    return new Zstandard(level, threads);
  }

  /**
   * Returns this encoding with another number of threads that compress.
   *
   * @param threads the number for each backup that is taken, 1 to 64
   * @return the encoding
   * @throws IllegalArgumentException when the number is out of range
   */
  public Zstandard withThreads(int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be 1 to " + MAX_THREADS + ", not " + threads);
    }
    return new Zstandard(level, threads);
  }

  @Override
  public String suffix() {
    return SUFFIX;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is read before the first read of the result, whose size is not known ahead. Later
   * reads repeat a failure. When the reading thread is interrupted, the read throws {@link
   * dev.etcdbackup.StoreException} and leaves the interrupt status set.
   */
  @Override
  public Content encode(Content content, BackupName name) {
    Objects.requireNonNull(name, "name");
    return Content.of(new CompressedStream(content.stream(), level, threads));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is read before the first read of the result. Later reads repeat a failure.
   */
  @Override
  public InputStream decode(InputStream encoded, BackupName name) {
    Objects.requireNonNull(name, "name");
    return new DecompressedStream(encoded);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Reads the end of the encoded bytes, up to 64 KiB, and the rest of the seek table when it is
   * larger.
   *
   * @return the decoded bytes; empty when there is no seek table or one of its frames has more than
   *     8 MiB of content: other programs write such files
   */
  @Override
  public Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name)
      throws BackupException {
    Objects.requireNonNull(name, "name");
    return SeekableRanges.open(encoded);
  }
}
