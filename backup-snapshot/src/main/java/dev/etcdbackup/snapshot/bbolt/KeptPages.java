package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of pages that have passed: of a leaf whose pairs are good the first and the last
 * key, of a branch all keys packed, from which its page can be made again, and other pages as they
 * are.
 *
 * <p>Takes no more than was allowed: what is added from then on is not kept, and the walk over it
 * would be in vain.
 *
 * <p>For one thread.
 */
final class KeptPages implements ByteWindow {
  private static final int CHUNK_BITS = 14; // arrays of 64 KiB, see RandomAccessBytes.largestRead
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int ARRAY = 24; // bytes of an empty one, and what rounding adds
  private static final int MAX_WHOLE = 32 << 20;
  private static final int BRANCH = 0; // begins a record; that of a leaf begins with its kind

  private final int pageSize;
  private final long max;
  private final PackedKeys.Writer packed = new PackedKeys.Writer();
  private final List<byte[][]> records = new ArrayList<>();
  private final NavigableMap<Long, byte[]> whole = new TreeMap<>(); // by position
  private final byte[] branch;
  private byte[] latest = {};
  private long latestPosition;
  private long size;
  private long wholeSize;

  /**
   * @param max how many bytes of memory this may take
   */
  KeptPages(int pageSize, long max) {
    this.pageSize = pageSize;
    this.max = max;
    this.branch = new byte[pageSize];
  }

  /** Whether more was added than may be kept. */
  boolean isFull() {
    return size > max || wholeSize > MAX_WHOLE;
  }

  /** Keeps a leaf whose pairs are good. */
  void addLeaf(Page page, int kind, PageReader reader) throws IOException {
    packed.number(kind);
    packed.number((page.end - page.position) / pageSize);
    addKey(page, 0, reader);
    addKey(page, page.count - 1, reader);
    add(page.id, packed.take());
  }

  /** Keeps a branch of one page. */
  void addBranch(Page page, PageReader reader) throws IOException {
    packed.number(BRANCH);
    packed.number(page.count);
    long before = 0;
    for (int i = 0; i < page.count; i++) {
      long child = reader.child(page, i);
      long distance = child - before;
      packed.number(distance << 1 ^ distance >> 63); // small ones of either sign in few bytes
      before = child;
      addKey(page, i, reader);
    }
    add(page.id, packed.take());
  }

  /** Keeps bytes as they are. */
  void addWhole(long position, ByteWindow window, int length) throws IOException {
    wholeSize += length;
    size += length + 4 * ARRAY; // an entry and its key, too
    if (isFull()) { // looked at before each copy: pages of 8 MiB may end one after the other
      return;
    }
    int at = window.at(position, length);
    byte[] copy = new byte[length];
    System.arraycopy(window.array(), at, copy, 0, length);
    whole.put(position, copy);
  }

  /** The leaf that begins on a page; null when there is none of which only the keys were kept. */
  @Nullable PassedLeaf leaf(long page) {
    byte[] record = record(page);
    if (record == null || record[0] == BRANCH) {
      return null;
    }
    PackedKeys.Reader reader = new PackedKeys.Reader(record);
    int kind = (int) reader.number();
    return new PassedLeaf(kind, reader.number(), reader.key(), reader.key());
  }

  @Override
  public int largest() {
    return pageSize;
  }

  /**
   * {@inheritDoc}
   *
   * @throws CorruptBackupException when they were not kept
   */
  @Override
  public int at(long position, int length) throws IOException {
    if (position < latestPosition || position + length > latestPosition + latest.length) {
      find(position, length);
    }
    return (int) (position - latestPosition);
  }

  @Override
  public byte[] array() {
    return latest;
  }

  private void find(long position, int length) throws CorruptBackupException {
    Map.Entry<Long, byte[]> below = whole.floorEntry(position);
    if (below != null && position + length <= below.getKey() + below.getValue().length) {
      latest = below.getValue();
      latestPosition = below.getKey();
      return;
    }
    long page = position / pageSize;
    byte[] record = record(page);
    if (record == null || record[0] != BRANCH || position + length > (page + 1) * pageSize) {
      throw new CorruptBackupException("page " + page + " is damaged, or larger than was kept");
    }
    restore(page, record);
    latest = branch;
    latestPosition = page * pageSize;
  }

  /** Makes the page of a branch as it was, up to the end of its last key. */
  private void restore(long page, byte[] record) {
    PackedKeys.Reader reader = new PackedKeys.Reader(record);
    reader.number(); // the kind
    int count = (int) reader.number();
    ByteBuffer image = ByteBuffer.wrap(branch).order(ByteOrder.LITTLE_ENDIAN);
    image.putLong(page).putShort((short) PageKind.BRANCH).putShort((short) count).putInt(0);
    int data = Page.HEADER + Page.ELEMENT * count;
    long child = 0;
    for (int i = 0; i < count; i++) {
      long distance = reader.number();
      child += distance >>> 1 ^ -(distance & 1);
      byte[] key = reader.key();
      image.putInt(data - image.position()).putInt(key.length).putLong(child);
      image.put(data, key);
      data += key.length;
    }
  }

  private void addKey(Page page, int index, PageReader reader) throws IOException {
    byte[] key = reader.key(page, index);
    packed.key(key, 0, key.length);
  }

  private void add(long page, byte[] record) {
    int chunk = Math.toIntExact(page >>> CHUNK_BITS);
    while (records.size() <= chunk) {
      records.add(new byte[CHUNK][]);
      size += CHUNK * 4L;
    }
    records.get(chunk)[(int) page & CHUNK - 1] = record;
    size += ARRAY + record.length;
  }

  private byte @Nullable [] record(long page) {
    long chunk = page >>> CHUNK_BITS; // of any number, for branches may hold any
    return chunk < records.size() ? records.get((int) chunk)[(int) page & CHUNK - 1] : null;
  }
}
