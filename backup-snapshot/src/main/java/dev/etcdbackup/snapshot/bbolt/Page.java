package dev.etcdbackup.snapshot.bbolt;

/** A branch or leaf page, its overflow pages included, or the image of one inside a value. */
final class Page {
  static final int HEADER = 16;
  static final int ELEMENT = 16;

  /** Its number; for an image, that of the page it lies on. */
  final long id;

  /** Where it begins in the file, and where it ends. */
  final long position;

  final long end;
  final boolean leaf;
  final int announced;

  /** How many elements were found good, from the first. */
  int count;

  /** Where the keys and values of the good elements end; they begin after the elements. */
  long dataEnd;

  Page(long id, long position, long end, boolean leaf, int announced) {
    this.id = id;
    this.position = position;
    this.end = end;
    this.leaf = leaf;
    this.announced = announced;
    this.dataEnd = dataStart();
  }

  long element(int index) {
    return position + HEADER + (long) ELEMENT * index;
  }

  long dataStart() {
    return element(announced);
  }
}
