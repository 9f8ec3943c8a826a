package dev.etcdbackup.etcd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One page of a bbolt database, or the first page of several that belong together: just enough to
 * find a revision. Checks every bound, so any bytes will do; what is not there is -1 or false.
 */
final class ScannedPage {
  /** The bucket of etcd in which keys are revisions. */
  static final byte[] KEY_BUCKET = "key".getBytes(StandardCharsets.US_ASCII);

  /** Main revision, underscore, sub revision; a {@code t} after it marks a deletion. */
  static final int REVISION_LENGTH = 17;

  private static final int HEADER = 16;
  private static final int ELEMENT = 16;
  private static final int BUCKET_HEADER = 16;
  private static final int BRANCH = 0x01;
  private static final int LEAF = 0x02;

  private static final VarHandle LITTLE_SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LITTLE_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LITTLE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final int start;
  private final int length;

  /** Wraps bytes, at least 16. */
  ScannedPage(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
  }

  int length() {
    return length;
  }

  long id() {
    return longAt(0);
  }

  boolean isBranch() {
    return flags() == BRANCH;
  }

  boolean isLeaf() {
    return flags() == LEAF;
  }

  int count() {
    return (short) LITTLE_SHORT.get(bytes, start + 10) & 0xffff;
  }

  /**
   * Of a branch whose keys have the form of a revision, the last child. The last key may be after
   * this page: a restore writes a branch with one child more than its page takes.
   */
  long lastChildIfKeyedByRevision() {
    int last = count() - 1;
    if (!holdsElement(last)) {
      return -1;
    }
    int element = element(last);
    return isRevisionLength(intAt(element + 4)) && isRevision(element(0) + intAt(element(0)))
        ? longAt(element + 8)
        : -1;
  }

  /** Of a branch, the child under which a key belongs. */
  long childFor(byte[] key) {
    long child = -1;
    for (int i = 0; i < count(); i++) {
      if (!holdsElement(i)) {
        return -1;
      }
      int element = element(i);
      long keyAt = element + intAt(element);
      long size = intAt(element + 4);
      if (!holds(keyAt, size)) {
        return -1;
      }
      if (i > 0 && compare(keyAt, size, key) > 0) {
        return child;
      }
      child = longAt(element + 8);
    }
    return child;
  }

  /** Whether an element of a leaf is there and is a bucket. */
  boolean isBucket(int index) {
    return holdsElement(index) && intAt(element(index)) == 1;
  }

  /** Whether an element of a leaf is there, is a pair, and its key may be a revision. */
  boolean hasKeyLikeRevision(int index) {
    return holdsElement(index)
        && intAt(element(index)) == 0
        && isRevisionLength(intAt(element(index) + 8))
        && keyAt(index) + REVISION_LENGTH <= (overflow() + 1) * length;
  }

  /** Where the key of an element of a leaf begins, perhaps after this page. */
  long keyAt(int index) {
    return element(index) + intAt(element(index) + 4);
  }

  /** Of a leaf, where the value of a bucket begins. */
  long bucketAt(byte[] name) {
    for (int i = 0; i < count() && isBucket(i); i++) {
      long size = intAt(element(i) + 8);
      long keyAt = keyAt(i);
      if (holds(keyAt, size) && compare(keyAt, size, name) == 0) {
        long valueSize = intAt(element(i) + 12);
        return valueSize >= BUCKET_HEADER && holds(keyAt + size, valueSize) ? keyAt + size : -1;
      }
    }
    return -1;
  }

  /** The root page in the value of a bucket; 0 when the bucket is inside the value. */
  long bucketRoot(long value) {
    return longAt((int) value);
  }

  /** The page inside the value of a bucket. */
  ScannedPage inlinePage(long value) {
    int from = (int) value + BUCKET_HEADER;
    return from + HEADER <= length
        ? new ScannedPage(bytes, start + from, length - from)
        : new ScannedPage(new byte[HEADER], 0, HEADER);
  }

  /** The main revision in a key; -1 when the key is not here or is none. */
  long revisionMain(long keyAt) {
    return isRevision(keyAt) ? (long) BIG_LONG.get(bytes, start + (int) keyAt) : -1;
  }

  /** The sub revision in a key; -1 when the key is not here or is none. */
  long revisionSub(long keyAt) {
    return isRevision(keyAt) ? (long) BIG_LONG.get(bytes, start + (int) keyAt + 9) : -1;
  }

  /** Copies bytes out. */
  void copy(int from, byte[] to, int at, int count) {
    System.arraycopy(bytes, start + from, to, at, count);
  }

  private static boolean isRevisionLength(long size) {
    return size == REVISION_LENGTH || size == REVISION_LENGTH + 1;
  }

  private boolean isRevision(long keyAt) {
    return holds(keyAt, REVISION_LENGTH) && bytes[start + (int) keyAt + 8] == '_';
  }

  private boolean holds(long from, long size) {
    return from >= 0 && size >= 0 && from + size <= length;
  }

  private boolean holdsElement(int index) {
    return index >= 0 && element(index) + ELEMENT <= length;
  }

  private static int element(int index) {
    return HEADER + index * ELEMENT;
  }

  private int compare(long keyAt, long size, byte[] key) {
    int from = start + (int) keyAt;
    return Arrays.compareUnsigned(bytes, from, from + (int) size, key, 0, key.length);
  }

  private int flags() {
    return (short) LITTLE_SHORT.get(bytes, start + 8) & 0xffff;
  }

  private long overflow() {
    return intAt(12);
  }

  private long intAt(int offset) {
    return (int) LITTLE_INT.get(bytes, start + offset) & 0xffffffffL;
  }

  private long longAt(int offset) {
    return (long) LITTLE_LONG.get(bytes, start + offset);
  }
}
