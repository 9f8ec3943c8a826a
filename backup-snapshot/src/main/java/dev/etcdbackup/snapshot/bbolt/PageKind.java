package dev.etcdbackup.snapshot.bbolt;

/** The flags of a page; each page has exactly one. */
final class PageKind {
  static final int BRANCH = 0x01;
  static final int LEAF = 0x02;
  static final int META = 0x04;
  static final int FREELIST = 0x10;

  private PageKind() {}
}
