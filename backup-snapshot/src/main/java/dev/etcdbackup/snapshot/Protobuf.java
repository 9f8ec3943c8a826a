package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The fields of a protobuf message, one after the other; unknown ones are for the caller to skip.
 *
 * <p>Written by hand because this module reads snapshots without protobuf-java, and without the
 * libraries that bring classes generated from etcd's {@code .proto} files, on the class path; and
 * because it reads fields where they lie in a page, without an object for each of millions of
 * events.
 */
final class Protobuf {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private byte[] array;
  private int at;
  private int end;
  private int field;
  private int wireType;
  private long number;
  private int offset;
  private int length;

  Protobuf(byte[] message) {
    this.array = message;
    this.end = message.length;
  }

  /** Begins with another message. */
  void reset(byte[] message, int from, int size) {
    array = message;
    at = from;
    end = from + size;
  }

  /** Goes to the next field; false at the end of the message. */
  boolean next() throws MalformedException {
    if (at == end) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    wireType = (int) tag & 7;
    if (tag >>> 32 != 0 || field == 0) {
      throw new MalformedException("has a field with an impossible number");
    }
    switch (wireType) {
      case VARINT -> number = varint();
      case BYTES -> take(varint());
      case FIXED64 -> take(Long.BYTES);
      case FIXED32 -> take(Integer.BYTES);
      default -> throw new MalformedException("has a field of an unknown type");
    }
    return true;
  }

  int field() {
    return field;
  }

  /** The value of an integer field. */
  long number() throws MalformedException {
    require(VARINT);
    return number;
  }

  /** Where the value of a bytes field begins; how long it is: {@link #length()}. */
  int offset() throws MalformedException {
    require(BYTES);
    return offset;
  }

  int length() {
    return length;
  }

  byte[] bytes() throws MalformedException {
    byte[] copy = new byte[length];
    System.arraycopy(array, offset(), copy, 0, length);
    return copy;
  }

  String text() throws MalformedException {
    return new String(array, offset(), length, UTF_8);
  }

  private void require(int type) throws MalformedException {
    if (wireType != type) {
      throw new MalformedException("has field " + field + " with the wrong type");
    }
  }

  private void take(long size) throws MalformedException {
    if (size < 0 || size > end - at) {
      throw new MalformedException("has a field that does not fit in it");
    }
    offset = at;
    length = (int) size;
    at += length;
  }

  private long varint() throws MalformedException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == end) {
        throw new MalformedException("ends within a number");
      }
      byte b = array[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedException("has a number of more than 64 bits");
  }
}
