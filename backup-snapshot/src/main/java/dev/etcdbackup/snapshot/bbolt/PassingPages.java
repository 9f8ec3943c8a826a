package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Looks at the pages of a database as they pass. Which of them belong to a tree is known only at
 * the end, for the file holds old ones, too, and values that may look like pages. So every page
 * that bears its own number is looked at, even within another one's overflow pages, and kept if it
 * is good by itself.
 */
final class PassingPages {
  private static final long MAX_LENGTH = 8 << 20; // four values of 1.5 MiB, etcd's default limit
  private static final int MAX_BEGUN = 16; // bounds the work if all of them overlap

  private final PassingWindow window;
  private final Meta meta;
  private final LeafCheck check;
  private final KeptPages kept;
  private final PageReader reader;
  private final List<Begun> begun = new ArrayList<>();
  private long next = 2; // after the meta pages
  private boolean damaged;

  /** A page that ends with an overflow page that is yet to come. */
  private record Begun(long id, long last) {}

  PassingPages(PassingWindow window, Meta meta, LeafCheck check, KeptPages kept) {
    this.window = window;
    this.meta = meta;
    this.check = check;
    this.kept = kept;
    this.reader =
        new PageReader(
            window, meta, meta.highWaterMark(), (damage, page, offset, what) -> damaged = true);
  }

  /**
   * The position of the first byte that is still needed. After the last page of the database none
   * is, however much the stream has after it.
   */
  long needed() {
    if (next == meta.highWaterMark()) {
      return window.end();
    }
    long page = begun.isEmpty() ? next : begun.get(0).id;
    return Math.min(page * meta.pageSize(), window.end());
  }

  /** Looks at all pages that are in the window by now. */
  void pass() throws IOException {
    while (next < meta.highWaterMark() && (next + 1) * meta.pageSize() <= window.end()) {
      begin(next);
      if (!begun.isEmpty()) {
        endAt(next);
      }
      next++;
    }
  }

  private void begin(long id) throws IOException {
    int at = window.at(id * meta.pageSize(), Page.HEADER);
    byte[] b = window.array();
    if (LittleEndian.int64(b, at) != id) {
      return;
    }
    long overflow = LittleEndian.uint32(b, at + 12);
    if (overflow == 0) {
      keep(id, id);
    } else if ((overflow + 1) * meta.pageSize() <= MAX_LENGTH && begun.size() < MAX_BEGUN) {
      begun.add(new Begun(id, id + overflow));
    }
  }

  private void endAt(long last) throws IOException {
    for (Iterator<Begun> i = begun.iterator(); i.hasNext(); ) {
      Begun one = i.next();
      if (one.last == last) {
        i.remove();
        keep(one.id, last);
      }
    }
  }

  private void keep(long id, long last) throws IOException {
    long position = id * meta.pageSize();
    int length = (int) ((last + 1 - id) * meta.pageSize());
    if (id == meta.root() || id == meta.freelist()) {
      kept.addWhole(position, window, length);
      return;
    }
    damaged = false;
    Page page = reader.open(id, id);
    if (page == null) {
      return;
    }
    reader.check(page, null, null, 0);
    if (damaged || page.count == 0) {
      return;
    }
    int kind = page.leaf ? check.kindOf(new Leaf(window, page)) : LeafCheck.UNKNOWN;
    if (kind != LeafCheck.UNKNOWN) {
      kept.addLeaf(page, kind, reader);
    } else if (!page.leaf && last == id) {
      kept.addBranch(page, reader);
    } else {
      kept.addWhole(position, window, length);
    }
  }
}
