package dev.etcdbackup.snapshot.bbolt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian integers in a byte array, at any offset. */
final class LittleEndian {
  private static final VarHandle INT16 = view(short[].class);
  private static final VarHandle INT32 = view(int[].class);
  private static final VarHandle INT64 = view(long[].class);

  private LittleEndian() {}

  static int uint16(byte[] array, int offset) {
    return (short) INT16.get(array, offset) & 0xffff;
  }

  static int int32(byte[] array, int offset) {
    return (int) INT32.get(array, offset);
  }

  static long uint32(byte[] array, int offset) {
    return int32(array, offset) & 0xffffffffL;
  }

  static long int64(byte[] array, int offset) {
    return (long) INT64.get(array, offset);
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }
}
