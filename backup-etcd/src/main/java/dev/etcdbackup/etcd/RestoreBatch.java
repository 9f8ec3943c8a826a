package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** Keys that go into one transaction. */
final class RestoreBatch {
  private static final int OVERHEAD = 64; // of a key in a request, for what is around it

  private final int maxKeys;
  private final int maxBytes;
  private List<Item> items = new ArrayList<>();
  private long bytes;

  /**
   * A batch within limits.
   *
   * @param maxTxnOps of a transaction; looking at keys takes one more than there are keys, for etcd
   *     counts the depth too
   */
  RestoreBatch(int maxTxnOps, int maxBytes) {
    this.maxKeys = maxTxnOps - 1;
    this.maxBytes = maxBytes;
  }

  /**
   * A key as it is to be.
   *
   * @param lease the id, 0 for none
   */
  record Item(ByteString key, ByteString value, long lease) {
    Item(byte[] key, byte[] value, long lease) {
      this(ByteString.copyFrom(key), ByteString.copyFrom(value), lease);
    }

    /** What it takes in a request; the one that looks at it has the key three times. */
    long size() {
      return 3L * key.size() + value.size() + OVERHEAD;
    }
  }

  boolean hasRoomFor(Item item) {
    return items.isEmpty() || (items.size() < maxKeys && bytes + item.size() <= maxBytes);
  }

  void add(Item item) {
    items.add(item);
    bytes += item.size();
  }

  /** Hands out what was added and begins anew. */
  List<Item> drain() {
    List<Item> drained = items;
    items = new ArrayList<>();
    bytes = 0;
    return drained;
  }
}
