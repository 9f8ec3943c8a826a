package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a tree whose pairs come in order. Pages are filled as far as two pairs or children and
 * more go; one page of each level is kept, whatever the size of the tree.
 *
 * <p>No branch has a single child: bbolt panics when it is to merge a page that has no neighbour
 * ({@code node.rebalance}, "parent must have at least 2 children"), after a compaction say.
 */
final class TreeWriter {
  private static final int LEAST = 2; // elements of a page, if there are as many

  private final PageOutput out;
  private final PageDraft leaf;
  private final List<Level> levels = new ArrayList<>();

  /**
   * @param flags of each pair
   */
  TreeWriter(PageOutput out, int flags) {
    this.out = out;
    this.leaf = PageDraft.leaf(flags);
  }

  void add(byte[] array, int offset, int keyLength, int valueLength) throws IOException {
    if (leaf.count() >= LEAST && leaf.sizeWith(1, keyLength + valueLength) > out.pageSize()) {
      addChild(0, leaf.firstKey(), leaf.write(out, leaf.count()));
    }
    leaf.addPair(array, offset, keyLength, valueLength);
  }

  /** Whether everything lies on a page that is not written yet. */
  boolean isOneLeaf() {
    return levels.isEmpty();
  }

  /** That page. */
  PageDraft leaf() {
    return leaf;
  }

  /** Writes what is not written yet and returns the page at the top. */
  long finish() throws IOException {
    byte[] key = levels.isEmpty() ? new byte[0] : leaf.firstKey();
    long page = leaf.write(out, leaf.count());
    for (int i = 0; i < levels.size(); i++) {
      addChild(i, key, page);
      Level level = levels.get(i);
      key = level.draft.firstKey();
      page = level.draft.write(out, level.draft.count());
    }
    return page;
  }

  private void addChild(int depth, byte[] key, long page) throws IOException {
    if (depth == levels.size()) {
      levels.add(new Level());
    }
    Level level = levels.get(depth);
    level.draft.addChild(key, page);
    PageDraft draft = level.draft;
    if (level.full == 0 && draft.count() > LEAST && draft.size() > out.pageSize()) {
      level.full = draft.count() - 1;
    }
    if (level.full > 0 && draft.count() - level.full >= LEAST) {
      byte[] first = draft.firstKey();
      long id = draft.write(out, level.full);
      level.full = 0;
      addChild(depth + 1, first, id);
    }
  }

  /** The branches at one distance from the leaves. */
  private static final class Level {
    final PageDraft draft = PageDraft.branch();
    int full; // how many children go on the next page, 0 while it has room
  }
}
