package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;

/** The stored list of free pages. */
final class Freelist {
  private static final int COUNT_IS_FIRST = 0xffff;

  private final PageReader reader;
  private final Meta meta;
  private final PageSet reached;

  Freelist(PageReader reader, Meta meta, PageSet reached) {
    this.reader = reader;
    this.meta = meta;
    this.reached = reached;
  }

  void check() throws IOException {
    long id = meta.freelist();
    long position = id * meta.pageSize();
    if (id < 2 || id >= reader.pages()) {
      damaged(meta.page(), "its page " + Long.toUnsignedString(id) + " is out of range");
      return;
    }
    int at = reader.window().at(position, Page.HEADER);
    byte[] b = reader.window().array();
    long overflow = LittleEndian.uint32(b, at + 12);
    long count = LittleEndian.uint16(b, at + 10);
    if (LittleEndian.int64(b, at) != id
        || LittleEndian.uint16(b, at + 8) != PageKind.FREELIST
        || overflow >= reader.pages() - id) {
      damaged(id, "the header of its page is wrong");
      return;
    }
    for (long page = id; page <= id + overflow; page++) {
      if (!reached.add(page)) {
        damaged(page, "its page is part of a tree");
      }
    }
    long first = position + Page.HEADER;
    if (count == COUNT_IS_FIRST) {
      count = number(first);
      first += Long.BYTES;
    }
    long end = (id + overflow + 1) * meta.pageSize();
    if (count < 0 || count > (end - first) / Long.BYTES) {
      damaged(id, "its " + Long.toUnsignedString(count) + " entries do not fit in its pages");
      return;
    }
    checkEntries(first, count);
  }

  private void checkEntries(long first, long count) throws IOException {
    long previous = 1;
    long used = reached.size();
    for (long i = 0; i < count; i++) {
      long free = number(first + i * Long.BYTES);
      if (free <= previous || free >= reader.pages()) {
        damaged(meta.freelist(), "entry " + i + " is out of order or range");
        return;
      }
      if (reached.contains(free)) {
        damaged(free, "this page is free and in use");
      }
      previous = free;
    }
    long lost = reader.pages() - 2 - used - count; // 2 meta pages
    if (lost > 0) {
      damaged(meta.freelist(), lost + " pages are neither free nor in use");
    }
  }

  private long number(long position) throws IOException {
    int at = reader.window().at(position, Long.BYTES);
    return LittleEndian.int64(reader.window().array(), at);
  }

  private void damaged(long page, String message) throws IOException {
    reader.damaged(
        Damage.FREELIST, page, page * meta.pageSize(), "the list of free pages: " + message);
  }
}
