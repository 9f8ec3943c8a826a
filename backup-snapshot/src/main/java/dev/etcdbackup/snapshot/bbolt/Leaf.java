package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;

/**
 * The good pairs of a leaf page. {@link #select} makes one of them readable; the array it lies in
 * is shared and changes with every call.
 */
public final class Leaf {
  /** The largest value that is read, in bytes: 32 MiB. etcd warns of requests above 10 MiB. */
  public static final int MAX_VALUE = 32 << 20;

  private final ByteWindow window;
  private final Page page;
  private byte[] array = new byte[0];
  private int keyOffset;
  private int keyLength;
  private int valueLength;
  private long position;
  private boolean bucket;

  Leaf(ByteWindow window, Page page) {
    this.window = window;
    this.page = page;
  }

  /**
   * The number of the page.
   *
   * @return the number; of the page around it when the bucket is small
   */
  public long page() {
    return page.id;
  }

  /**
   * How many pairs there are.
   *
   * @return the number, 0 or more
   */
  public int count() {
    return page.count;
  }

  /**
   * Makes a pair readable.
   *
   * @param index which one, from 0
   * @throws IOException when it cannot be read
   */
  public void select(int index) throws IOException {
    long element = page.element(index);
    int at = window.at(element, Page.ELEMENT);
    byte[] b = window.array();
    bucket = LittleEndian.int32(b, at) != 0;
    position = element + LittleEndian.uint32(b, at + 4);
    keyLength = LittleEndian.int32(b, at + 8);
    valueLength = LittleEndian.int32(b, at + 12);
    keyOffset = window.at(position, keyLength + valueLength);
    array = window.array();
  }

  /**
   * Hands out the keys and values of all pairs as they lie, one after the other: key, value, key,
   * value. Pieces are 1 MiB at most, and no pair needs to be whole in one.
   *
   * @param sink takes them
   * @throws IOException when they cannot be read
   */
  public void data(ByteSink sink) throws IOException {
    long at = page.dataStart();
    while (at < page.dataEnd) {
      int length = (int) Math.min(page.dataEnd - at, window.largest());
      int offset = window.at(at, length);
      sink.bytes(window.array(), offset, length);
      at += length;
    }
  }

  /**
   * The array the selected pair lies in: the key, the value directly after it.
   *
   * @return the array, not to be changed
   */
  public byte[] array() {
    return array;
  }

  /**
   * Where the key begins in the array.
   *
   * @return the offset
   */
  public int keyOffset() {
    return keyOffset;
  }

  /**
   * How long the key is.
   *
   * @return bytes, 1 to 32768
   */
  public int keyLength() {
    return keyLength;
  }

  /**
   * Where the value begins in the array.
   *
   * @return the offset
   */
  public int valueOffset() {
    return keyOffset + keyLength;
  }

  /**
   * How long the value is.
   *
   * @return bytes, 0 to {@value #MAX_VALUE}
   */
  public int valueLength() {
    return valueLength;
  }

  /**
   * Where the key lies in the file; the value follows it.
   *
   * @return the position in bytes
   */
  public long position() {
    return position;
  }

  /**
   * Whether the value is a bucket.
   *
   * @return true for the pairs of the root
   */
  boolean isBucket() {
    return bucket;
  }

  /** Takes bytes. */
  @FunctionalInterface
  public interface ByteSink {
    /**
     * Takes some bytes.
     *
     * @param array where they lie; good until this returns
     * @param offset where they begin
     * @param length how many
     */
    void bytes(byte[] array, int offset, int length);
  }
}
