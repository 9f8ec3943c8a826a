package dev.etcdbackup.etcd;

import java.util.ArrayList;
import java.util.List;

/**
 * Where pages lead: numbers of pages, added in ascending order, and each one's next. 8 bytes a link
 * in blocks of 64 KiB, 8 MiB at most; what comes after that is dropped.
 */
final class PageLinks {
  private static final int BLOCK = 8192;
  private static final int MAX_BLOCKS = 128;
  private static final long MAX_PAGE = 0xffffffffL;

  private final List<long[]> blocks = new ArrayList<>();
  private int size;

  /** Adds a link; drops it when there is no room or a number is beyond 32 bits. */
  void add(long page, long next) {
    if (page > MAX_PAGE || next < 0 || next > MAX_PAGE || size == BLOCK * MAX_BLOCKS) {
      return;
    }
    if (size == BLOCK * blocks.size()) {
      blocks.add(new long[BLOCK]);
    }
    blocks.get(size / BLOCK)[size % BLOCK] = (page << 32) | next;
    size++;
  }

  /** Where a page leads; -1 when nothing is known. */
  long from(long page) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long link = blocks.get(middle / BLOCK)[middle % BLOCK];
      int order = Long.compare(link >>> 32, page);
      if (order == 0) {
        return link & MAX_PAGE;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }
}
