package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The elements of a leaf or branch page that is not written yet. */
final class PageDraft {
  private final int kind;
  private final int flags; // of each element of a leaf
  private byte[] data = new byte[4096];
  private int[] keyLengths = new int[64];
  private long[] others = new long[64]; // the value's length, or the child
  private int count;
  private int dataLength;

  /** Drafts a leaf whose elements have these flags. */
  static PageDraft leaf(int flags) {
    return new PageDraft(PageKind.LEAF, flags);
  }

  static PageDraft branch() {
    return new PageDraft(PageKind.BRANCH, 0);
  }

  private PageDraft(int kind, int flags) {
    this.kind = kind;
    this.flags = flags;
  }

  int count() {
    return count;
  }

  /** How long the page is with its header. */
  long size() {
    return sizeWith(0, 0);
  }

  /** How long it would be with more elements. */
  long sizeWith(int elements, int bytes) {
    return Page.HEADER + (long) Page.ELEMENT * (count + elements) + dataLength + bytes;
  }

  byte[] firstKey() {
    return Arrays.copyOf(data, keyLengths[0]);
  }

  /** Adds a pair: the value lies after the key. */
  void addPair(byte[] array, int offset, int keyLength, int valueLength) {
    add(array, offset, keyLength, keyLength + valueLength, valueLength);
  }

  void addChild(byte[] key, long page) {
    add(key, 0, key.length, key.length, page);
  }

  private void add(byte[] array, int offset, int keyLength, int length, long other) {
    if (count == keyLengths.length) {
      keyLengths = Arrays.copyOf(keyLengths, 2 * count);
      others = Arrays.copyOf(others, 2 * count);
    }
    if (length > data.length - dataLength) {
      data = Arrays.copyOf(data, Math.max(2 * data.length, dataLength + length));
    }
    System.arraycopy(array, offset, data, dataLength, length);
    dataLength += length;
    keyLengths[count] = keyLength;
    others[count] = other;
    count++;
  }

  /** Writes the first elements as a page of their own and drops them. */
  long write(PageOutput out, int elements) throws IOException {
    int length = 0;
    for (int i = 0; i < elements; i++) {
      length += length(i);
    }
    long id = out.begin(kind, elements, Page.HEADER + (long) Page.ELEMENT * elements + length);
    int position = 0;
    for (int i = 0; i < elements; i++) {
      int distance = Page.ELEMENT * (elements - i) + position; // from the element to its key
      out.putInt64(first(i, distance));
      out.putInt64(second(i));
      position += length(i);
    }
    out.put(data, 0, length);
    out.end();
    drop(elements, length);
    return id;
  }

  /** The image of the page, as it lies in the value of a small bucket. */
  byte[] image() {
    ByteBuffer image = ByteBuffer.allocate((int) size()).order(ByteOrder.LITTLE_ENDIAN);
    image.putLong(0).putLong(PageOutput.header(kind, count, 0));
    int position = 0;
    for (int i = 0; i < count; i++) {
      image.putLong(first(i, Page.ELEMENT * (count - i) + position)).putLong(second(i));
      position += length(i);
    }
    return image.put(data, 0, dataLength).array();
  }

  private int length(int i) {
    return kind == PageKind.LEAF ? keyLengths[i] + (int) others[i] : keyLengths[i];
  }

  private long first(int i, int distance) {
    return kind == PageKind.LEAF
        ? flags | (long) distance << 32
        : distance | (long) keyLengths[i] << 32;
  }

  private long second(int i) {
    return kind == PageKind.LEAF ? keyLengths[i] | others[i] << 32 : others[i];
  }

  private void drop(int elements, int length) {
    System.arraycopy(data, length, data, 0, dataLength - length);
    System.arraycopy(keyLengths, elements, keyLengths, 0, count - elements);
    System.arraycopy(others, elements, others, 0, count - elements);
    count -= elements;
    dataLength -= length;
  }
}
