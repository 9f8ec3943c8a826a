package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.util.Optional;

/** Two paths down a tree: along its right edge, and through its middle. */
final class TreeSample {
  private static final int MAX_DEPTH = 64;

  private final PageReader reader;

  TreeSample(PageReader reader) {
    this.reader = reader;
  }

  BucketShape of(Bucket bucket) throws IOException {
    Page page = bucket.isInline() ? reader.openInline(bucket) : open(bucket.root(), bucket.page());
    if (page == null) {
      throw new CorruptBackupException("bucket " + bucket.name() + " is damaged");
    }
    Page root = page;
    int depth = 1;
    while (true) {
      reader.check(page, null, null, 0);
      if (page.announced == 0 && !bucket.isInline()) { // bbolt removes empty pages
        throw new CorruptBackupException("page " + page.id + " is empty");
      }
      if (page.leaf || page.count == 0) {
        break;
      }
      page = open(reader.child(page, page.count - 1), page.id);
      if (++depth > MAX_DEPTH) {
        throw new CorruptBackupException("bucket " + bucket.name() + " is deeper than 64 levels");
      }
    }
    Optional<byte[]> lastKey =
        page.count == 0 ? Optional.empty() : Optional.of(reader.key(page, page.count - 1));
    return depth == 1
        ? new BucketShape(1, 1, page.count, true, lastKey)
        : estimate(root, depth, page, lastKey);
  }

  private BucketShape estimate(Page root, int depth, Page right, Optional<byte[]> lastKey)
      throws IOException {
    long leaves = 1;
    Page page = root;
    for (int level = 2; level <= depth && !page.leaf; level++) {
      reader.check(page, null, null, 0);
      if (page.count == 0) {
        throw new CorruptBackupException("page " + page.id + " is damaged");
      }
      leaves *= page.count;
      if (level == depth) {
        return new BucketShape(depth, leaves, pairs(page, leaves, right), false, lastKey);
      }
      page = open(reader.child(page, page.count / 2), page.id);
    }
    throw new CorruptBackupException("page " + page.id + " is a leaf above other leaves");
  }

  /** A single leaf may hold one large pair, so a few are asked. */
  private long pairs(Page branch, long leaves, Page right) throws IOException {
    int from = Math.max(branch.count / 2 - 1, 0);
    int to = Math.min(from + 3, branch.count);
    long sampled = 0;
    for (int i = from; i < to; i++) {
      sampled += open(reader.child(branch, i), branch.id).announced;
    }
    return (leaves - 1) * sampled / (to - from) + right.announced;
  }

  private Page open(long id, long referrer) throws IOException {
    Page page = reader.open(id, referrer);
    if (page == null) {
      throw new CorruptBackupException("page " + id + " is damaged");
    }
    return page;
  }
}
