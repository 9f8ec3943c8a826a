package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Reads a database once, from its beginning to its end, and keeps of its pages what a walk over its
 * trees needs.
 *
 * <p>For one thread. Takes 256 KiB, up to 16 MiB while pages of 8 MiB with their overflow pages
 * pass, and what is kept: some 60 bytes for each page of events, 1 KiB for a branch.
 */
public final class PageStream {
  private final PassingWindow window;
  private final List<Meta> metas;

  /**
   * Reads the beginning of a database.
   *
   * @param in its bytes; not closed
   * @param report where damage of the meta pages goes
   * @throws IOException what the stream or the report throws
   */
  public PageStream(InputStream in, DamageReport report) throws IOException {
    window = new PassingWindow(in);
    metas = Meta.readBoth(window, window.end(), report);
  }

  /**
   * The first bytes. To be asked for before {@link #read}.
   *
   * @param length how many, at most 128 KiB
   * @return the bytes, fewer when there are fewer
   */
  public byte[] head(int length) {
    return window.head(length);
  }

  /**
   * The meta pages.
   *
   * @return the valid ones, none to two, the one in force first
   */
  public List<Meta> metas() {
    return metas;
  }

  /**
   * Reads to the end of the stream.
   *
   * @param check looks at the leaves
   * @param maxKept how many bytes of memory may be taken by what is kept
   * @return what was kept; empty when it would have been more than that, and then the stream is not
   *     read to its end
   * @throws IllegalStateException when there is no valid meta page
   * @throws IOException what the stream or the check throws
   */
  public Optional<PassedDatabase> read(LeafCheck check, long maxKept) throws IOException {
    if (metas.isEmpty()) {
      throw new IllegalStateException("there is no valid meta page");
    }
    Meta meta = metas.get(0);
    KeptPages kept = new KeptPages(meta.pageSize(), maxKept);
    PassingPages pages = new PassingPages(window, meta, check, kept);
    do {
      pages.pass();
      if (kept.isFull()) {
        return Optional.empty();
      }
    } while (window.read(pages.needed()));
    return Optional.of(new PassedDatabase(kept, meta, window.end()));
  }
}
