package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Opens pages and checks them: what comes from here lies within the file and can be followed
 * without further checks.
 */
final class PageReader {
  private static final int MAX_KEY = 32768; // bbolt's own limit

  private final ByteWindow window;
  private final Meta meta;
  private final long pages;
  private final DamageReport report;
  private final byte[] previous = new byte[MAX_KEY];
  private int previousLength;

  PageReader(RandomAccessBytes bytes, Meta meta, DamageReport report) {
    this(
        new BlockCache(bytes),
        meta,
        Math.min(meta.highWaterMark(), bytes.size() / meta.pageSize()),
        report);
  }

  /**
   * @param pages how many there are
   */
  PageReader(ByteWindow window, Meta meta, long pages, DamageReport report) {
    this.window = window;
    this.meta = meta;
    this.pages = pages;
    this.report = report;
  }

  ByteWindow window() {
    return window;
  }

  /** Pages that are both in the database and in the file. */
  long pages() {
    return pages;
  }

  void damaged(Damage damage, long page, long offset, String message) throws IOException {
    report.damaged(damage, page, offset, message);
  }

  /** Opens a page of a tree; null when it was damaged. Its elements are yet to be checked. */
  @Nullable Page open(long id, long referrer) throws IOException {
    if (id < 2 || id >= pages) {
      String reason = pages < meta.highWaterMark() ? ", the file ends before" : "";
      return reject(
          Damage.PAGE_RANGE,
          referrer,
          referrer * meta.pageSize(),
          "points to page " + Long.toUnsignedString(id) + " of " + pages + reason);
    }
    long position = id * meta.pageSize();
    int at = window.at(position, Page.HEADER);
    byte[] b = window.array();
    int kind = LittleEndian.uint16(b, at + 8);
    long overflow = LittleEndian.uint32(b, at + 12);
    if (LittleEndian.int64(b, at) != id) {
      String number = Long.toUnsignedString(LittleEndian.int64(b, at));
      return reject(Damage.PAGE_HEADER, id, position, "bears the number " + number);
    }
    if (kind != PageKind.BRANCH && kind != PageKind.LEAF) {
      return reject(
          Damage.PAGE_HEADER, id, position, "is neither branch nor leaf, its flags are " + kind);
    }
    if (overflow >= pages - id) {
      return reject(
          Damage.PAGE_RANGE, id, position, "claims " + overflow + " more pages, beyond the end");
    }
    long end = position + (overflow + 1) * meta.pageSize();
    return new Page(id, position, end, kind == PageKind.LEAF, LittleEndian.uint16(b, at + 10));
  }

  /** Opens the image of a leaf page inside a value; null when it was damaged. */
  @Nullable Page openInline(Bucket bucket) throws IOException {
    int at = window.at(bucket.position(), Page.HEADER);
    byte[] b = window.array();
    int count = LittleEndian.uint16(b, at + 10);
    if (LittleEndian.int64(b, at) != 0
        || LittleEndian.uint16(b, at + 8) != PageKind.LEAF
        || LittleEndian.int32(b, at + 12) != 0) {
      return reject(
          Damage.PAGE_HEADER,
          bucket.page(),
          bucket.position(),
          "the header of a small bucket is not that of a leaf page");
    }
    long end = bucket.position() + bucket.length();
    return new Page(bucket.page(), bucket.position(), end, true, count);
  }

  /**
   * Checks the elements of a page: one after the other without gaps, keys in order, from lower (or
   * above) and below upper. Sets how many are good: those before the first that does not lie where
   * it should.
   */
  void check(Page page, byte @Nullable [] lower, byte @Nullable [] upper, int flags)
      throws IOException {
    if (page.dataStart() > page.end) {
      reject(Damage.ELEMENT, page.id, page.position, page.announced + " elements do not fit in it");
      return;
    }
    if (page.end - page.position <= window.largest()) {
      window.at(page.position, (int) (page.end - page.position)); // all of it in one read
    }
    page.count = 0;
    page.dataEnd = page.dataStart();
    previousLength = 0;
    for (int i = 0; i < page.announced; i++) {
      long element = page.element(i);
      int at = window.at(element, Page.ELEMENT);
      byte[] b = window.array();
      int shift = page.leaf ? 4 : 0;
      long key = element + LittleEndian.uint32(b, at + shift);
      long keyLength = LittleEndian.uint32(b, at + shift + 4);
      long valueLength = page.leaf ? LittleEndian.uint32(b, at + 12) : 0;
      if (page.leaf && LittleEndian.int32(b, at) != flags) {
        boolean bucket = LittleEndian.int32(b, at) != 0;
        String what = bucket ? "holds a bucket where a pair belongs" : "holds a pair in the root";
        damaged(Damage.BUCKET, page.id, element, what);
      }
      if (key != page.dataEnd
          || keyLength < 1
          || keyLength > Math.min(MAX_KEY, page.end - key)
          || valueLength > Math.min(Leaf.MAX_VALUE, page.end - key - keyLength)) {
        String where = " does not lie after the one before it and within its page";
        damaged(Damage.ELEMENT, page.id, element, "element " + i + where);
        return;
      }
      checkOrder(page, i, key, (int) keyLength, lower);
      page.count = i + 1;
      page.dataEnd = key + keyLength + valueLength;
    }
    checkEnd(page, upper);
  }

  private void checkOrder(Page page, int i, long key, int length, byte @Nullable [] lower)
      throws IOException {
    int at = window.at(key, length);
    byte[] b = window.array();
    if (i > 0) {
      if (Arrays.compareUnsigned(previous, 0, previousLength, b, at, at + length) >= 0) {
        damaged(Damage.KEY_ORDER, page.id, key, "key " + i + " is not above the one before it");
      }
    } else if (lower != null
        && Arrays.compareUnsigned(lower, 0, lower.length, b, at, at + length) > 0) {
      firstKeyTooLow(page.id, key);
    }
    System.arraycopy(b, at, previous, 0, length);
    previousLength = length;
  }

  private void checkEnd(Page page, byte @Nullable [] upper) throws IOException {
    if (upper != null
        && previousLength > 0
        && Arrays.compareUnsigned(previous, 0, previousLength, upper, 0, upper.length) >= 0) {
      lastKeyTooHigh(page.id);
    }
    long used = page.dataEnd - page.position;
    long length = page.end - page.position;
    boolean whole = page.id * meta.pageSize() == page.position;
    // Older bbolt took one page more when the content filled its pages exactly.
    boolean fits =
        whole ? length <= (used / meta.pageSize() + 1) * meta.pageSize() : used == length;
    if (!fits) {
      damaged(
          Damage.PAGE_HEADER,
          page.id,
          page.position,
          "is " + length + " bytes long and its elements take up " + used);
    }
  }

  /** Checks a leaf whose elements were found good when it passed. */
  void check(PassedLeaf leaf, long id, byte @Nullable [] lower, byte @Nullable [] upper, int flags)
      throws IOException {
    long position = id * meta.pageSize();
    if (flags != 0) {
      damaged(Damage.BUCKET, id, position, "holds a pair in the root");
    }
    if (lower != null && Arrays.compareUnsigned(lower, leaf.firstKey()) > 0) {
      firstKeyTooLow(id, position);
    }
    if (upper != null && Arrays.compareUnsigned(leaf.lastKey(), upper) >= 0) {
      lastKeyTooHigh(id);
    }
  }

  private void firstKeyTooLow(long page, long offset) throws IOException {
    damaged(Damage.KEY_ORDER, page, offset, "the first key is below what its branch says");
  }

  private void lastKeyTooHigh(long page) throws IOException {
    long position = page * meta.pageSize();
    damaged(Damage.KEY_ORDER, page, position, "the last key is not below the next branch");
  }

  /** The key of a good element. */
  byte[] key(Page page, int index) throws IOException {
    long element = page.element(index);
    int at = window.at(element, Page.ELEMENT) + (page.leaf ? 4 : 0);
    long key = element + LittleEndian.uint32(window.array(), at);
    int length = LittleEndian.int32(window.array(), at + 4);
    int from = window.at(key, length);
    return Arrays.copyOfRange(window.array(), from, from + length);
  }

  /** The page a good element of a branch points to. */
  long child(Page branch, int index) throws IOException {
    int at = window.at(branch.element(index), Page.ELEMENT);
    return LittleEndian.int64(window.array(), at + 8);
  }

  private @Nullable Page reject(Damage damage, long page, long offset, String message)
      throws IOException {
    damaged(damage, page, offset, message);
    return null;
  }
}
