package dev.etcdbackup.restore;

import java.io.ByteArrayOutputStream;

/**
 * A protobuf message as it is written: each field that is put, zeros too.
 *
 * <p>Written by hand because this module has no protobuf-java on its class path, and because etcd
 * writes fields that are zero where generated classes leave them out.
 */
final class Message {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Message number(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  Message bytes(int field, byte[] value) {
    varint(((long) field << 3) | 2);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) (left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write((int) left);
  }
}
