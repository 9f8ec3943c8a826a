package dev.etcdbackup.snapshot.bbolt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the pages of a database, each of them once, every one checked before it is used: it
 * is reached once, lies in the file, is of the right kind and size, its elements lie one after the
 * other, and its keys are in order and within the bounds that its branch sets.
 *
 * <p>Whatever the bytes are, the walk ends after a time in proportion to the size of the file, and
 * only the report, the bytes and the visitor throw.
 *
 * <p>For one thread and one walk over each bucket. Takes a bit for each page (32 MiB for a TiB of 4
 * KiB pages), 2 to 3 MiB of read-ahead for a file (nine times the largest read), and up to 32 MiB
 * more while pairs larger than that are read.
 */
public final class TreeWalk {
  private static final int MAX_DEPTH = 64; // ten levels of two children and more fill any disk
  private static final int MAX_BUCKETS = 1000;
  private static final int BUCKET_HEADER = 16;
  private static final int BUCKET_FLAG = 1;

  private final Meta meta;
  private final PageReader reader;
  private final PageSet reached;
  private final PassProgress progress;
  private final @Nullable KeptPages kept;

  /**
   * Prepares a walk.
   *
   * @param bytes the database
   * @param meta its meta page in force
   * @param report where damage goes; when it returns, the walk goes on with the next page, pair or
   *     bucket
   */
  public TreeWalk(RandomAccessBytes bytes, Meta meta, DamageReport report) {
    this.meta = meta;
    this.reader = new PageReader(bytes, meta, report);
    this.reached = new PageSet(reader.pages());
    this.progress = bytes.pass(reader.pages() * meta.pageSize());
    this.kept = null;
  }

  /**
   * @param size how many bytes passed
   */
  TreeWalk(KeptPages kept, Meta meta, long size, DamageReport report) {
    this.meta = meta;
    long pages = Math.min(meta.highWaterMark(), size / meta.pageSize());
    this.reader = new PageReader(kept, meta, pages, report);
    this.reached = new PageSet(pages);
    this.progress = PassProgress.NONE;
    this.kept = kept;
  }

  /**
   * Reads the root.
   *
   * @return the buckets in the order of their names, 1000 at most
   * @throws IOException when it cannot be read, or what the report throws
   */
  public List<Bucket> buckets() throws IOException {
    List<Bucket> buckets = new ArrayList<>();
    walk(meta.root(), meta.page(), BUCKET_FLAG, leaf -> collect(leaf, buckets));
    return buckets;
  }

  /**
   * Walks over the pairs of a bucket.
   *
   * @param bucket which one, of {@link #buckets()}
   * @param visitor takes the pairs
   * @throws IOException when it cannot be read, or what the report or the visitor throws
   */
  public void pairs(Bucket bucket, LeafVisitor visitor) throws IOException {
    if (!bucket.isInline()) {
      walk(bucket.root(), bucket.page(), 0, visitor);
      return;
    }
    Page page = reader.openInline(bucket);
    if (page != null) {
      reader.check(page, null, null, 0);
      visitor.leaf(new Leaf(reader.window(), page));
    }
  }

  /**
   * Looks at a bucket along two paths through its tree, a page or two for each of its levels. Does
   * not count as walking over it.
   *
   * @param bucket which one, of {@link #buckets()}
   * @return its shape
   * @throws CorruptBackupException when a page on the way is damaged
   * @throws IOException when it cannot be read, or what the report throws
   */
  public BucketShape shape(Bucket bucket) throws IOException {
    return new TreeSample(reader).of(bucket);
  }

  /**
   * Checks the list of free pages, if one is stored: in order, in range, none of them reached by
   * the walks so far, none missing. To be called after all buckets were walked over.
   *
   * @throws IOException when it cannot be read, or what the report throws
   */
  public void freelist() throws IOException {
    if (meta.freelist() != Meta.NO_FREELIST) {
      new Freelist(reader, meta, reached).check();
    }
  }

  /**
   * How many pages the walks so far have reached, each with its overflow pages. Small buckets lie
   * in the root's pages and have none of their own.
   *
   * @return the number
   */
  public long pagesReached() {
    return reached.size();
  }

  private void collect(Leaf leaf, List<Bucket> buckets) throws IOException {
    for (int i = 0; i < leaf.count(); i++) {
      leaf.select(i);
      if (buckets.size() == MAX_BUCKETS) {
        reader.damaged(Damage.BUCKET, leaf.page(), leaf.position(), "has more than 1000 buckets");
        return;
      }
      Bucket bucket = bucket(leaf);
      if (bucket != null) {
        buckets.add(bucket);
      }
    }
  }

  private @Nullable Bucket bucket(Leaf leaf) throws IOException {
    byte[] b = leaf.array();
    int value = leaf.valueOffset();
    int length = leaf.valueLength();
    if (!leaf.isBucket()) {
      return null;
    }
    long root = length < BUCKET_HEADER ? 0 : LittleEndian.int64(b, value);
    if (length < (root == 0 ? BUCKET_HEADER + Page.HEADER : BUCKET_HEADER)
        || (root != 0 && length > BUCKET_HEADER)
        || LittleEndian.int64(b, value + 8) != 0) { // the sequence, which etcd does not use
      reader.damaged(
          Damage.BUCKET, leaf.page(), leaf.position(), "the header of a bucket is wrong");
      return null;
    }
    String name = new String(b, leaf.keyOffset(), leaf.keyLength(), ISO_8859_1);
    long content = leaf.position() + leaf.keyLength() + BUCKET_HEADER;
    return new Bucket(name, root, leaf.page(), content, length - BUCKET_HEADER);
  }

  private void walk(long root, long referrer, int flags, LeafVisitor visitor) throws IOException {
    Deque<Branch> path = new ArrayDeque<>();
    descend(path, root, referrer, null, null, flags, visitor);
    while (!path.isEmpty()) {
      Branch branch = path.getLast();
      if (branch.next == branch.page.count) {
        path.removeLast();
        continue;
      }
      int index = branch.next++;
      byte[] lower = branch.lower != null ? branch.lower : reader.key(branch.page, index);
      boolean last = index + 1 == branch.page.count;
      branch.lower = last ? null : reader.key(branch.page, index + 1);
      byte[] upper = last ? branch.upper : branch.lower;
      long child = reader.child(branch.page, index);
      descend(path, child, branch.page.id, lower, upper, flags, visitor);
    }
  }

  private void descend(
      Deque<Branch> path,
      long id,
      long referrer,
      byte @Nullable [] lower,
      byte @Nullable [] upper,
      int flags,
      LeafVisitor visitor)
      throws IOException {
    PassedLeaf passed = kept == null ? null : kept.leaf(id);
    if (passed != null) {
      if (reach(id, passed.pages())) {
        reader.check(passed, id, lower, upper, flags);
        visitor.passed(passed);
      }
      return;
    }
    Page page = reader.open(id, referrer);
    if (page == null || !reach(id, (page.end - page.position) / meta.pageSize())) {
      return;
    }
    reader.check(page, lower, upper, flags);
    if (page.announced == 0) { // bbolt removes empty pages, and empty buckets have none
      reader.damaged(Damage.ELEMENT, id, page.position, "is empty");
    } else if (page.leaf) {
      visitor.leaf(new Leaf(reader.window(), page));
    } else if (path.size() == MAX_DEPTH) {
      reader.damaged(Damage.DEPTH, id, page.position, "lies deeper than 64 levels");
    } else {
      path.addLast(new Branch(page, upper));
    }
  }

  private boolean reach(long first, long pages) throws IOException {
    for (long id = first; id < first + pages; id++) {
      if (!reached.add(id)) {
        reader.damaged(Damage.PAGE_SHARED, id, id * meta.pageSize(), "is reached a second time");
        return false;
      }
    }
    progress.advanced(pages * meta.pageSize());
    return true;
  }

  /** A branch on the way down, and how far its children were walked over. */
  private static final class Branch {
    final Page page;
    final byte @Nullable [] upper;
    byte @Nullable [] lower; // of the next child
    int next;

    Branch(Page page, byte @Nullable [] upper) {
      this.page = page;
      this.upper = upper;
    }
  }
}
