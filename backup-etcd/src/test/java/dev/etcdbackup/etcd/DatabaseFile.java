package dev.etcdbackup.etcd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A bbolt database built page by page, as etcd never would if need be. */
final class DatabaseFile {
  private static final int BUCKET = 1;

  private final int pageSize;
  private final int pages;
  private final ByteBuffer file;

  DatabaseFile(int pageSize, int pages, long root) {
    this.pageSize = pageSize;
    this.pages = pages;
    this.file = ByteBuffer.allocate(pageSize * pages).order(ByteOrder.LITTLE_ENDIAN);
    header(0, 0x04, 0, 0);
    file.putInt(16, 0xED0CDAED).putInt(20, 2).putInt(24, pageSize);
    file.putLong(32, root).putLong(48, -1).putLong(56, pages).putLong(64, 7);
  }

  /** A key of the bucket {@code key}. */
  static byte[] revision(long main, long sub) {
    return ByteBuffer.allocate(17).putLong(main).put((byte) '_').putLong(sub).array();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The value of a bucket with a root page. */
  static byte[] bucket(long root) {
    return ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(root).array();
  }

  /** The value of a bucket that holds its only page. */
  static byte[] inlineBucket(Pair... pairs) {
    DatabaseFile one = new DatabaseFile(1024, 1, 0);
    int end = one.leafAt(0, 0, List.of(pairs));
    byte[] value = new byte[16 + end];
    one.file.get(0, value, 16, end);
    return value;
  }

  DatabaseFile leaf(long page, Pair... pairs) {
    int size = 16;
    for (Pair pair : pairs) {
      size += 16 + pair.key.length + pair.value.length;
    }
    int overflow = (size - 1) / pageSize;
    leafAt(page, overflow, List.of(pairs));
    return this;
  }

  DatabaseFile branch(long page, Child... children) {
    int at = (int) page * pageSize;
    header(page, 0x01, children.length, 0);
    int data = at + 16 + 16 * children.length;
    for (int i = 0; i < children.length; i++) {
      int element = at + 16 + 16 * i;
      file.putInt(element, data - element).putInt(element + 4, children[i].key.length);
      file.putLong(element + 8, children[i].page);
      file.put(data, children[i].key);
      data += children[i].key.length;
    }
    return this;
  }

  /** The bytes, a made-up trailer of 32 bytes after them. */
  byte[] bytes() {
    byte[] bytes = new byte[pageSize * pages + 32];
    file.get(0, bytes, 0, pageSize * pages);
    return bytes;
  }

  private int leafAt(long page, int overflow, List<Pair> pairs) {
    int at = (int) page * pageSize;
    header(page, 0x02, pairs.size(), overflow);
    int data = at + 16 + 16 * pairs.size();
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      int element = at + 16 + 16 * i;
      file.putInt(element, pair.bucket ? BUCKET : 0).putInt(element + 4, data - element);
      file.putInt(element + 8, pair.key.length).putInt(element + 12, pair.value.length);
      file.put(data, pair.key).put(data + pair.key.length, pair.value);
      data += pair.key.length + pair.value.length;
    }
    return data;
  }

  private void header(long page, int flags, int count, int overflow) {
    int at = (int) page * pageSize;
    file.putLong(at, page).putShort(at + 8, (short) flags);
    file.putShort(at + 10, (short) count).putInt(at + 12, overflow);
  }

  /** An element of a leaf. Never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  record Pair(byte[] key, byte[] value, boolean bucket) {
    static Pair of(long main, int valueSize) {
      return new Pair(revision(main, 0), new byte[valueSize], false);
    }

    static Pair bucket(String name, byte[] value) {
      return new Pair(ascii(name), value, true);
    }

    /** The buckets of an etcd whose {@code key} has this value, in order. */
    static Pair[] buckets(byte[] key) {
      List<Pair> buckets = new ArrayList<>();
      for (String name : List.of("alarm", "auth", "cluster", "key", "lease", "members", "meta")) {
        buckets.add(bucket(name, name.equals("key") ? key : inlineBucket()));
      }
      return buckets.toArray(new Pair[0]);
    }
  }

  /** An element of a branch. Never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  record Child(byte[] key, long page) {
    static Child of(long main, long page) {
      return new Child(revision(main, 0), page);
    }
  }
}
