package dev.etcdbackup.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The packets of an OpenPGP message (RFC 4880, section 4.2), read one after the other. Holds the
 * header of one packet; bodies are streams.
 */
final class PacketStream {
  static final int SESSION_KEY = 1;
  static final int SIGNATURE = 2;
  static final int PASSWORD_SESSION_KEY = 3;
  static final int ONE_PASS_SIGNATURE = 4;
  static final int COMPRESSED = 8;
  static final int ENCRYPTED_WITHOUT_INTEGRITY = 9;
  static final int MARKER = 10;
  static final int LITERAL = 11;
  static final int ENCRYPTED = 18;
  static final int ENCRYPTED_OCB = 20;
  static final int PADDING = 21;

  private static final int MAX_SKIPPED = 64 * 1024;

  private final InputStream in;
  private @Nullable Packet last;

  PacketStream(InputStream in) {
    this.in = in;
  }

  /** The next packet, after the rest of the one before; null at the end of the stream. */
  @Nullable Packet next() throws IOException {
    if (last != null) {
      last.body.skipRest();
    }
    int first = in.read();
    if (first < 0) {
      return null;
    }
    if ((first & 0x80) == 0) {
      throw new IOException("a packet begins with byte " + first);
    }
    Body body = new Body(in, first);
    last = new Packet((first & 0x40) != 0 ? first & 0x3f : (first & 0x3f) >> 2, body);
    return last;
  }

  /**
   * A packet.
   *
   * @param tag its type
   * @param body its content
   */
  record Packet(int tag, Body body) {
    /** All of a packet that must be short. */
    byte[] bytes() throws IOException {
      byte[] bytes = body.readNBytes(MAX_SKIPPED + 1);
      if (bytes.length > MAX_SKIPPED) {
        throw new IOException("a packet of type " + tag + " has more than 64 KiB");
      }
      return bytes;
    }
  }

  /** The content of a packet, of known length, in parts, or up to the end of the stream. */
  static final class Body extends InputStream {
    private final InputStream in;
    private final byte[] header;
    private long left; // of the part
    private boolean moreParts;
    private boolean toEnd;

    private Body(InputStream in, int first) throws IOException {
      this.in = in;
      byte[] octets = new byte[6];
      octets[0] = (byte) first;
      int count = 1;
      if ((first & 0x40) != 0) {
        count += readLength(octets, 1);
      } else {
        int lengthType = first & 3;
        toEnd = lengthType == 3;
        int bytes = toEnd ? 0 : 1 << lengthType;
        for (int i = 0; i < bytes; i++) {
          octets[count++] = (byte) required();
          left = left << 8 | (octets[count - 1] & 0xff);
        }
      }
      header = Arrays.copyOf(octets, count);
    }

    /** The bytes of the packet before its content. */
    byte[] header() {
      return header.clone();
    }

    /** Whether the length is not known in advance. */
    boolean isOpen() {
      return moreParts || toEnd;
    }

    private int readLength(byte[] octets, int at) throws IOException {
      int one = required();
      octets[at] = (byte) one;
      moreParts = one >= 224 && one < 255;
      if (one < 192) {
        left = one;
        return 1;
      }
      if (moreParts) {
        left = 1L << (one & 0x1f);
        return 1;
      }
      if (one < 224) {
        int two = required();
        octets[at + 1] = (byte) two;
        left = ((one - 192L) << 8) + two + 192;
        return 2;
      }
      left = 0;
      for (int i = 1; i <= 4; i++) {
        octets[at + i] = (byte) required();
        left = left << 8 | (octets[at + i] & 0xff);
      }
      return 5;
    }

    private int required() throws IOException {
      int read = in.read();
      if (read < 0) {
        throw new EOFException();
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (toEnd) {
        return in.read(buffer, offset, length);
      }
      while (left == 0) {
        if (!moreParts) {
          return -1;
        }
        readLength(new byte[5], 0);
      }
      int read = in.read(buffer, offset, (int) Math.min(length, left));
      if (read < 0) {
        throw new EOFException();
      }
      left -= read;
      return read;
    }

    /** Reads what is left of a packet that must be short. */
    private void skipRest() throws IOException {
      byte[] ignored = readNBytes(MAX_SKIPPED + 1);
      if (ignored.length > MAX_SKIPPED) {
        throw new IOException("a packet is too long");
      }
    }
  }
}
