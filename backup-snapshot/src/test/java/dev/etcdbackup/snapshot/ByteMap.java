package dev.etcdbackup.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What each byte of a good snapshot is for, found by a walk of its own that trusts everything and
 * shares no code with the reader.
 */
final class ByteMap {
  enum Use {
    /** On no page that is reached, or after the content of one that is. */
    NONE,
    /** Headers, elements, and where buckets begin. */
    STRUCTURE,
    /** Names of buckets, keys and values. */
    CONTENT,
    /** The SHA-256. */
    TRAILER
  }

  private final Use[] uses;
  private final ByteBuffer file;
  private final int pageSize;

  ByteMap(byte[] snapshot) {
    uses = new Use[snapshot.length];
    Arrays.fill(uses, Use.NONE);
    file = ByteBuffer.wrap(snapshot).order(ByteOrder.LITTLE_ENDIAN);
    pageSize = file.getInt(24);
    mark(0, 80, Use.STRUCTURE);
    mark(pageSize, 80, Use.STRUCTURE);
    mark(snapshot.length - 32, 32, Use.TRAILER);
    walk(file.getLong(32), true);
    long freelist = file.getLong(48);
    if (freelist != -1) {
      int at = Math.toIntExact(freelist * pageSize);
      mark(at, 16 + 8 * (file.getShort(at + 10) & 0xffff), Use.STRUCTURE);
    }
  }

  Use at(int offset) {
    return uses[offset];
  }

  private void walk(long page, boolean root) {
    int at = Math.toIntExact(page * pageSize);
    if ((file.getShort(at + 8) & 1) == 0) {
      leaf(at, root);
      return;
    }
    int count = file.getShort(at + 10) & 0xffff;
    mark(at, 16 + 16 * count, Use.STRUCTURE);
    for (int i = 0; i < count; i++) {
      int element = at + 16 + 16 * i;
      mark(element + file.getInt(element), file.getInt(element + 4), Use.CONTENT);
      walk(file.getLong(element + 8), root);
    }
  }

  private void leaf(int at, boolean root) {
    int count = file.getShort(at + 10) & 0xffff;
    mark(at, 16 + 16 * count, Use.STRUCTURE);
    for (int i = 0; i < count; i++) {
      int element = at + 16 + 16 * i;
      int key = element + file.getInt(element + 4);
      int value = key + file.getInt(element + 8);
      int length = file.getInt(element + 12);
      mark(key, value - key + length, Use.CONTENT);
      if (root) {
        mark(value, 16, Use.STRUCTURE);
        long bucket = file.getLong(value);
        if (bucket == 0) {
          leaf(value + 16, false);
        } else {
          walk(bucket, false);
        }
      }
    }
  }

  private void mark(int from, int length, Use use) {
    Arrays.fill(uses, from, from + length, use);
  }
}
