package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;

/** An array as a file. Reading beyond its end throws what no reader may let through. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ArrayBytes(byte[] array) implements RandomAccessBytes {
  static EtcdSnapshot snapshot(byte[] bytes) {
    return EtcdSnapshot.of(new ArrayBytes(bytes), false);
  }

  @Override
  public long size() {
    return array.length;
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) {
    System.arraycopy(array, Math.toIntExact(position), target, offset, length);
  }

  @Override
  public void close() {}
}
