package dev.etcdbackup.kubernetes.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the fields of one message in the wire format of Protocol Buffers. */
final class WireReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int MAX_VARINT = 10; // bytes

  private final byte[] array;
  private final int end;
  private int at;

  WireReader(byte[] array) {
    this(array, 0, array.length);
  }

  private WireReader(byte[] array, int at, int end) {
    this.array = array;
    this.at = at;
    this.end = end;
  }

  boolean hasNext() {
    return at < end;
  }

  /** A number of variable length: of a field and its wire type, or a value. */
  long varint() throws UnreadableException {
    long value = 0;
    for (int i = 0; i < MAX_VARINT; i++) {
      if (at == end) {
        throw new UnreadableException("ends within a number");
      }
      byte next = array[at++];
      value |= (long) (next & 0x7f) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw new UnreadableException("has a number of more than 10 bytes");
  }

  /** The bytes of a message, without a copy. */
  WireReader message() throws UnreadableException {
    int length = length();
    at += length;
    return new WireReader(array, at - length, at);
  }

  byte[] bytes() throws UnreadableException {
    int length = length();
    at += length;
    return Arrays.copyOfRange(array, at - length, at);
  }

  String text() throws UnreadableException {
    int length = length();
    at += length;
    return new String(array, at - length, length, StandardCharsets.UTF_8);
  }

  /** Passes over a value of a field that is not known. */
  void skip(int wireType) throws UnreadableException {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> skipBytes(Long.BYTES);
      case BYTES -> message();
      case FIXED32 -> skipBytes(Integer.BYTES);
      default -> throw new UnreadableException("has a value of the wire type " + wireType);
    }
  }

  /** The bytes of two occurrences of a message, which are the bytes of both merged. */
  static WireReader merged(WireReader first, WireReader second) {
    int length = first.end - first.at;
    byte[] both = Arrays.copyOfRange(first.array, first.at, first.end + second.end - second.at);
    System.arraycopy(second.array, second.at, both, length, second.end - second.at);
    return new WireReader(both);
  }

  private void skipBytes(int count) throws UnreadableException {
    if (end - at < count) {
      throw new UnreadableException("ends within a number");
    }
    at += count;
  }

  private int length() throws UnreadableException {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new UnreadableException("has a field that is longer than what is left");
    }
    return (int) length;
  }
}
