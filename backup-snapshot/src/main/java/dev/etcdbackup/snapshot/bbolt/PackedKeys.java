package dev.etcdbackup.snapshot.bbolt;

import java.util.Arrays;

/**
 * Numbers and keys in few bytes: a key is written as what differs from the one before it. Revisions
 * that follow each other differ in one or two bytes near the middle.
 */
final class PackedKeys {
  private PackedKeys() {}

  /** Writes a record after the other. */
  static final class Writer {
    private byte[] bytes = new byte[1024];
    private int length;
    private byte[] previous = new byte[64];
    private int previousLength;

    /** The record; the next one begins. */
    byte[] take() {
      byte[] record = Arrays.copyOf(bytes, length);
      length = 0;
      previousLength = 0;
      return record;
    }

    /** Writes a number, small ones in fewer bytes; negative ones in ten. */
    void number(long number) {
      require(10);
      long left = number;
      while ((left & ~0x7fL) != 0) {
        bytes[length++] = (byte) (left | 0x80);
        left >>>= 7;
      }
      bytes[length++] = (byte) left;
    }

    void key(byte[] array, int offset, int size) {
      int both = Math.min(size, previousLength);
      int prefix = Arrays.mismatch(previous, 0, both, array, offset, offset + both);
      prefix = prefix < 0 ? both : prefix;
      int suffix = 0;
      while (suffix < both - prefix
          && previous[previousLength - 1 - suffix] == array[offset + size - 1 - suffix]) {
        suffix++;
      }
      int differs = size - prefix - suffix;
      number(prefix);
      number(suffix);
      number(differs);
      require(differs);
      System.arraycopy(array, offset + prefix, bytes, length, differs);
      length += differs;
      if (previous.length < size) {
        previous = new byte[size];
      }
      System.arraycopy(array, offset, previous, 0, size);
      previousLength = size;
    }

    private void require(int more) {
      if (bytes.length - length < more) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
      }
    }
  }

  /** Reads a record, in the order in which it was written. */
  static final class Reader {
    private final byte[] record;
    private int at;
    private byte[] key = {};

    Reader(byte[] record) {
      this.record = record;
    }

    long number() {
      long number = 0;
      int shift = 0;
      byte next;
      do {
        next = record[at++];
        number |= (next & 0x7fL) << shift;
        shift += 7;
      } while (next < 0);
      return number;
    }

    byte[] key() {
      int prefix = (int) number();
      int suffix = (int) number();
      int differs = (int) number();
      byte[] next = Arrays.copyOf(key, prefix + differs + suffix);
      System.arraycopy(record, at, next, prefix, differs);
      System.arraycopy(key, key.length - suffix, next, prefix + differs, suffix);
      at += differs;
      key = next;
      return next;
    }
  }
}
