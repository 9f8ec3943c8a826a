package dev.etcdbackup.testkit;

import dev.etcdbackup.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Generates snapshots of any size without an etcd: the same bytes for the same seed and number of
 * pages.
 *
 * <p>Each snapshot is a bbolt database with pages of 4096 bytes that contains the buckets of a new
 * etcd 3.4, all empty. Every page after them is a free page of random bytes that starts with its
 * number, so that lost, repeated or swapped parts are detected. The SHA-256 of all of it is at the
 * end. The layout is that of bbolt's {@code internal/common/page.go} and {@code meta.go}.
 */
public final class TestSnapshots {
  /** The size of a page in bytes. */
  public static final int PAGE_SIZE = 4096;

  /** The smallest number of pages: two meta pages and the buckets. */
  public static final int MIN_PAGES = 3;

  private TestSnapshots() {}

  /**
   * Returns the size of a snapshot.
   *
   * @param pages the number of its pages, {@value #MIN_PAGES} or more
   * @return the size in bytes, including the 32 bytes of the SHA-256
   * @throws IllegalArgumentException when there are fewer pages
   */
  public static long size(long pages) {
    if (pages < MIN_PAGES) {
      throw new IllegalArgumentException("pages must be " + MIN_PAGES + " or more, not " + pages);
    }
    return Math.multiplyExact(pages, (long) PAGE_SIZE) + VerifyingInputStream.TRAILER_SIZE;
  }

  /**
   * Returns a snapshot in memory.
   *
   * @param seed determines the content of the free pages
   * @param pages the number of pages of 4096 bytes, {@value #MIN_PAGES} or more
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
   * Returns a snapshot that is generated while it is read: about as fast as SHA-256, with less than
   * 300 KiB of memory for any size.
   *
   * @param seed determines the content of the free pages
   * @param pages the number of pages of 4096 bytes, {@value #MIN_PAGES} or more
   * @return its bytes, for one reading thread; does not need to be closed
   * @throws IllegalArgumentException when there are fewer pages
   */
  public static InputStream stream(long seed, long pages) {
    size(pages);
    return new TestSnapshotStream(seed, pages);
  }
}
