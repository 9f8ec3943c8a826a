package dev.etcdbackup.snapshot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian integers in a byte array, as etcd writes revisions, indexes and ids. */
final class BigEndian {
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  static long int64(byte[] array, int offset) {
    return (long) INT64.get(array, offset);
  }

  /** An integer that takes up a whole value. */
  static long int64(byte[] value) throws MalformedException {
    if (value.length != Long.BYTES) {
      throw new MalformedException("is " + value.length + " bytes long, not 8");
    }
    return int64(value, 0);
  }
}
