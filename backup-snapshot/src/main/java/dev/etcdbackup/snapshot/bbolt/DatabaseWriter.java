package dev.etcdbackup.snapshot.bbolt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a new database, defragmented: no page is free, and pages are as full as can be. Or goes on
 * with one, whose pages stay as they are: what is written comes behind them, and those that belong
 * to no bucket any more are free. Buckets come one after the other, in any order, each with its
 * pairs in order.
 *
 * <p>Until {@link #finish} returns the file is not the new database, since its meta pages are
 * missing. No list of free pages is stored, as etcd stores none.
 *
 * <p>What is written is forced to the disk by a thread of its own while more is written, so that
 * {@link #force} has little left to do.
 *
 * <p>For one thread. Takes 1 MiB outside the heap, and a page for each level of a tree; twice the
 * size of two pairs where these are larger.
 */
public final class DatabaseWriter implements Closeable {
  private static final int BUCKET_FLAG = 1;
  private static final int BUCKET_HEADER = 16; // root and sequence
  private static final int MAX_KEY = 32768; // bbolt's own limit
  private static final int FIRST_PAGE = 2; // after the two meta pages

  private final PageOutput out;
  private final long transaction; // of meta page 0, so an even one; page 1 has the one before
  private final Map<String, byte[]> buckets = new TreeMap<>(); // ISO 8859-1: as their bytes
  private String name = "";
  private TreeWriter tree;

  /**
   * Begins a database.
   *
   * @param file where to, from its beginning; empty, open for writing, and not closed here
   * @param pageSize bytes of a page, a power of two from 1024 to 65536
   */
  public DatabaseWriter(FileChannel file, int pageSize) {
    this(file, pageSize, FIRST_PAGE, 2);
  }

  /**
   * Goes on with a database, which stays as it is until {@link #finish}. It has no buckets but
   * those that are {@linkplain #keep kept} or written.
   *
   * @param file the database, open for writing, and not closed here; what follows it is overwritten
   * @param meta its meta page in force
   */
  public DatabaseWriter(FileChannel file, Meta meta) {
    this(file, meta.pageSize(), meta.highWaterMark(), (meta.transaction() | 1) + 3);
  }

  private DatabaseWriter(FileChannel file, int pageSize, long firstPage, long transaction) {
    if (Integer.bitCount(pageSize) != 1 || pageSize < 1024 || pageSize > 65536) {
      throw new IllegalArgumentException(
          "pageSize must be a power of two from 1024 to 65536, not " + pageSize);
    }
    this.out = new PageOutput(file, pageSize, firstPage);
    this.transaction = transaction;
    this.tree = new TreeWriter(out, 0);
  }

  /**
   * Begins a bucket; the one before it is complete.
   *
   * @param bucket its name, each byte a character (ISO 8859-1); none that was there already
   * @throws IOException when the file cannot be written
   */
  public void bucket(String bucket) throws IOException {
    endBucket();
    requireNew(bucket);
    name = bucket;
    tree = new TreeWriter(out, 0);
  }

  /**
   * Keeps a bucket of the database that this goes on with; the one before it is complete.
   *
   * @param bucket its name, as above; none that was there already
   * @param root the page at the top of its tree
   * @throws IOException when the file cannot be written
   */
  public void keep(String bucket, long root) throws IOException {
    endBucket();
    requireNew(bucket);
    buckets.put(bucket, header(root));
  }

  private void requireNew(String bucket) {
    if (bucket.isEmpty() || buckets.containsKey(bucket)) {
      throw new IllegalArgumentException(
          "bucket '" + bucket + "' is there already, or has no name");
    }
  }

  /**
   * Adds a pair to the bucket. Keys must ascend, which is not checked.
   *
   * @param array where key and value lie, the value directly after the key
   * @param offset where the key begins
   * @param keyLength how long the key is, 1 to 32768 bytes
   * @param valueLength how long the value is
   * @throws IOException when the file cannot be written
   */
  public void add(byte[] array, int offset, int keyLength, int valueLength) throws IOException {
    if (keyLength < 1 || keyLength > MAX_KEY) {
      throw new IllegalArgumentException("a key must have 1 to 32768 bytes, not " + keyLength);
    }
    tree.add(array, offset, keyLength, valueLength);
  }

  /**
   * Adds a pair to the bucket, as above.
   *
   * @param key the key
   * @param value the value
   * @throws IOException when the file cannot be written
   */
  public void add(byte[] key, byte[] value) throws IOException {
    byte[] pair = Arrays.copyOf(key, key.length + value.length);
    System.arraycopy(value, 0, pair, key.length, value.length);
    add(pair, 0, key.length, value.length);
  }

  /**
   * Writes what is left, and the meta pages at last. Not all of it is on the disk yet.
   *
   * @return the size of the database in bytes
   * @throws IOException when the file cannot be written
   */
  public long finish() throws IOException {
    endBucket();
    TreeWriter roots = new TreeWriter(out, BUCKET_FLAG);
    for (Map.Entry<String, byte[]> bucket : buckets.entrySet()) {
      byte[] key = bucket.getKey().getBytes(ISO_8859_1);
      byte[] pair = Arrays.copyOf(key, key.length + bucket.getValue().length);
      System.arraycopy(bucket.getValue(), 0, pair, key.length, bucket.getValue().length);
      roots.add(pair, 0, key.length, bucket.getValue().length);
    }
    long root = roots.finish();
    out.flush();
    for (int page = 0; page < 2; page++) {
      Meta meta =
          new Meta(page, out.pageSize(), root, Meta.NO_FREELIST, out.next(), transaction - page);
      out.write(ByteBuffer.wrap(meta.bytes()), (long) page * out.pageSize());
    }
    return out.next() * out.pageSize();
  }

  /**
   * Forces the file to the disk, with whatever else was written to it.
   *
   * @throws IOException when that fails, or when forcing an earlier part failed
   */
  public void force() throws IOException {
    out.force();
  }

  /** Waits until nothing is being forced to the disk. The file is not closed. */
  @Override
  public void close() {
    out.close();
  }

  /** Puts the bucket into the root: its content when it is small, else the page at its top. */
  private void endBucket() throws IOException {
    if (name.isEmpty()) {
      return;
    }
    byte[] value;
    if (tree.isOneLeaf() && tree.leaf().size() <= out.pageSize() / 4) {
      byte[] image = tree.leaf().image();
      value = new byte[BUCKET_HEADER + image.length];
      System.arraycopy(image, 0, value, BUCKET_HEADER, image.length);
    } else {
      value = header(tree.finish());
    }
    buckets.put(name, value);
    name = "";
  }

  private static byte[] header(long root) {
    return ByteBuffer.allocate(BUCKET_HEADER).order(ByteOrder.LITTLE_ENDIAN).putLong(root).array();
  }
}
