package dev.etcdbackup.etcd;

import dev.etcdbackup.internal.MetaPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Finds the exact revision of a database while its bytes go by once, in order.
 *
 * <p>etcd keeps every change in the bucket {@code key} under its revision, so the revision of a
 * database is the last key of that bucket: what {@code etcdctl snapshot status} reports, 0 when the
 * bucket is empty. The way there is root page, bucket, last child, last child, last leaf. The root
 * page's number stands in the first page, but the pages on the way mostly pass before the ones that
 * point to them. So a note is kept of each page that might turn out to be on the way:
 *
 * <ul>
 *   <li>for each branch page its last child, for each page of buckets the root of {@code key}: 8
 *       bytes, in {@link PageLinks}, for one page in a hundred or so, 8 MiB at most;
 *   <li>for leaf pages the revision of the last key, of the {@value #MAX_LEAVES} highest only: the
 *       last leaf has the highest of all, older copies of it in free pages come below.
 * </ul>
 *
 * <p>At the end only pointers from the root are followed, so what free pages and values hold is
 * never taken for an answer. When a note is missing, because there were too many or the file is
 * damaged, there is no answer; there is never a wrong one for a file whose checksum matches.
 *
 * <p>Never throws for any bytes. Not thread-safe. Memory: the above, a page (at most 64 KiB) and
 * some 300 KiB.
 *
 * <p>Format: bbolt's {@code internal/common/page.go}, {@code inode.go} and {@code bucket.go};
 * revisions: etcd's {@code server/storage/mvcc/revision.go}.
 */
final class RevisionScan {
  private static final int MAX_LEAVES = 1024;
  private static final int MAX_LEAVES_UNSORTED = 4 * MAX_LEAVES;
  private static final int MAX_LATE_KEYS = 1024;
  private static final int MAX_DEPTH = 64;

  private final PageLinks links = new PageLinks();
  private final List<Leaf> leaves = new ArrayList<>(MAX_LEAVES_UNSORTED);
  private final PriorityQueue<LateKey> lateKeys =
      new PriorityQueue<>(Comparator.comparingLong(LateKey::next));

  private @Nullable Leaf lowest; // of the highest, once there are too many
  private byte[] partial = new byte[MetaPage.MIN_PAGE_SIZE];
  private int filled;
  private boolean sized;
  private long page; // the one in partial, or the next
  private long pages;
  private long root;

  /** Looks at the next bytes of the database; those after its last page are ignored. */
  void update(byte[] bytes, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0 && !(sized && page >= pages)) {
      if (sized && filled == 0 && left >= partial.length) {
        scan(new ScannedPage(bytes, at, partial.length));
        at += partial.length;
        left -= partial.length;
        continue;
      }
      int count = Math.min(left, partial.length - filled);
      System.arraycopy(bytes, at, partial, filled, count);
      filled += count;
      at += count;
      left -= count;
      if (filled == partial.length && !sized) {
        readMeta();
      }
      if (filled == partial.length) {
        scan(new ScannedPage(partial, 0, partial.length));
        filled = 0;
      }
    }
  }

  /**
   * The revision, once the whole database went by.
   *
   * @return the revision; empty when it is not known
   */
  OptionalLong revision() {
    if (!sized || page < pages) {
      return OptionalLong.empty();
    }
    long at = root;
    for (int depth = 0; depth < MAX_DEPTH && at > 0; depth++) {
      for (Leaf leaf : leaves) {
        if (leaf.page == at) {
          return OptionalLong.of(leaf.main);
        }
      }
      at = links.from(at);
    }
    return OptionalLong.empty();
  }

  /** Learns the page size; without a sane one the scan ends with nothing. */
  private void readMeta() {
    sized = true;
    MetaPage first = MetaPage.at(partial, 0);
    if (first.hasPossiblePageSize()) {
      pages = first.pages();
      root = first.root();
      partial = Arrays.copyOf(partial, (int) first.pageSize());
    }
  }

  private void scan(ScannedPage bytes) {
    if (bytes.id() == page) { // else the middle of a value, or never written
      if (bytes.isBranch()) {
        scanBranch(bytes);
      } else if (bytes.isLeaf()) {
        scanLeaf(bytes);
      }
    }
    feedLateKeys(bytes);
    page++;
  }

  private void scanBranch(ScannedPage bytes) {
    long child =
        page == root ? bytes.childFor(ScannedPage.KEY_BUCKET) : bytes.lastChildIfKeyedByRevision();
    if (child > 0) {
      links.add(page, child);
    }
  }

  private void scanLeaf(ScannedPage bytes) {
    int last = bytes.count() - 1;
    if (bytes.isBucket(last)) {
      scanBuckets(bytes);
    } else if (bytes.hasKeyLikeRevision(last)) {
      long keyAt = bytes.keyAt(last);
      if (keyAt + ScannedPage.REVISION_LENGTH <= bytes.length()) {
        addLeaf(page, bytes.revisionMain(keyAt), bytes.revisionSub(keyAt));
      } else if (lateKeys.size() < MAX_LATE_KEYS) {
        lateKeys.add(new LateKey(page, page * partial.length + keyAt));
      }
    }
  }

  private void scanBuckets(ScannedPage bytes) {
    long value = bytes.bucketAt(ScannedPage.KEY_BUCKET);
    if (value < 0) {
      return;
    }
    long bucketRoot = bytes.bucketRoot(value);
    if (bucketRoot != 0) {
      links.add(page, bucketRoot);
      return;
    }
    ScannedPage inline = bytes.inlinePage(value);
    if (inline.isLeaf() && inline.count() == 0) {
      addLeaf(page, 0, 0);
    } else if (inline.isLeaf() && inline.hasKeyLikeRevision(inline.count() - 1)) {
      long keyAt = inline.keyAt(inline.count() - 1);
      addLeaf(page, inline.revisionMain(keyAt), inline.revisionSub(keyAt));
    }
  }

  /** Reads keys that are after the first page of their leaf, after a large value. */
  private void feedLateKeys(ScannedPage bytes) {
    long start = page * partial.length;
    for (LateKey late = lateKeys.peek();
        late != null && late.next() < start + bytes.length();
        late = lateKeys.peek()) {
      lateKeys.remove();
      if (late.take(bytes, start)) {
        ScannedPage key = late.key();
        addLeaf(late.page, key.revisionMain(0), key.revisionSub(0));
      } else {
        lateKeys.add(late);
      }
    }
  }

  /** Notes a leaf if the main revision is one; -1 says that there was none. */
  private void addLeaf(long leafPage, long main, long sub) {
    if (main < 0) {
      return;
    }
    Leaf leaf = new Leaf(main, sub, leafPage);
    if (lowest != null && Leaf.BY_REVISION.compare(leaf, lowest) <= 0) {
      return;
    }
    leaves.add(leaf);
    if (leaves.size() == MAX_LEAVES_UNSORTED) {
      keepHighestLeaves();
    }
  }

  /**
   * Forgets all but the highest. A database that was never defragmented has its leaves mostly in
   * the order of their revisions, so each is the highest for a while: to sort some thousand that
   * are nearly in order takes less than to keep them in order always.
   */
  private void keepHighestLeaves() {
    leaves.sort(Leaf.BY_REVISION);
    leaves.subList(0, leaves.size() - MAX_LEAVES).clear();
    lowest = leaves.get(0);
  }

  private record Leaf(long main, long sub, long page) {
    static final Comparator<Leaf> BY_REVISION =
        Comparator.comparingLong(Leaf::main).thenComparingLong(Leaf::sub);
  }

  /** A key still to come: where, and what came of it. */
  private static final class LateKey {
    final long page;
    private final long start;
    private final byte[] key = new byte[ScannedPage.REVISION_LENGTH];
    private int have;

    LateKey(long page, long start) {
      this.page = page;
      this.start = start;
    }

    long next() {
      return start + have;
    }

    /** Takes what the page holds of it; whether it is whole. */
    boolean take(ScannedPage bytes, long pageStart) {
      int from = (int) (next() - pageStart);
      int count = Math.min(key.length - have, bytes.length() - from);
      bytes.copy(from, key, have, count);
      have += count;
      return have == key.length;
    }

    ScannedPage key() {
      return new ScannedPage(key, 0, key.length);
    }
  }
}
