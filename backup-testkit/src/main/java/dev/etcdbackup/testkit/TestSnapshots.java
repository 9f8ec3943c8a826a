package dev.etcdbackup.testkit;

import dev.etcdbackup.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Snapshots of any size without an etcd: the same bytes for the same seed and number of pages.
 *
 * <p>Each is a bbolt database with pages of 4096 bytes that holds the buckets of a new etcd 3.4,
 * all empty. Every page behind them is a free one full of random bytes, its number in front, so
 * that lost, doubled or swapped parts show. The SHA-256 of all of it is at the end. The layout is
 * that of bbolt's {@code internal/common/page.go} and {@code meta.go}.
 */
public final class TestSnapshots {
  /** Bytes of a page. */
  public static final int PAGE_SIZE = 4096;

  /** The smallest number of pages: two headers and the buckets. */
  public static final int MIN_PAGES = 3;

  private TestSnapshots() {}

  /**
   * The size of a snapshot.
   *
   * @param pages its pages, {@value #MIN_PAGES} or more
   * @return the size in bytes, the 32 of the SHA-256 included
   * @throws IllegalArgumentException when there are fewer pages
   */
  public static long size(long pages) {
    if (pages < MIN_PAGES) {
      throw new IllegalArgumentException("pages must be " + MIN_PAGES + " or more, not " + pages);
    }
    return Math.multiplyExact(pages, (long) PAGE_SIZE) + VerifyingInputStream.TRAILER_SIZE;
  }

  /**
   * A snapshot in memory.
   *
   * @param seed decides what is in the free pages
   * @param pages how many pages of 4096 bytes, {@value #MIN_PAGES} or more
   * @return its bytes
   * @throws IllegalArgumentException when there are fewer pages
   */
  public static byte[] bytes(long seed, int pages) {
    try (InputStream stream = stream(seed, pages)) {
      return stream.readAllBytes();
    } catch (IOException neverThrown) {
      throw new UncheckedIOException(neverThrown);
    }
  }

  /**
   * A snapshot made while it is read: about as fast as SHA-256, in less than 300 KiB of memory
   * whatever its size.
   *
   * @param seed decides what is in the free pages
   * @param pages how many pages of 4096 bytes, {@value #MIN_PAGES} or more
   * @return its bytes; for one reading thread, and there is nothing to close
   * @throws IllegalArgumentException when there are fewer pages
   */
  public static InputStream stream(long seed, long pages) {
    size(pages);
    return new TestSnapshotStream(seed, pages);
  }
}
