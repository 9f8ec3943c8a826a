package dev.etcdbackup.openpgp;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.bouncycastle.apache.bzip2.CBZip2InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The file in decrypted packets: one literal data packet, possibly inside one compressed packet and
 * between signatures, which are not verified. Reports its end only when nothing else follows.
 */
final class LiteralData extends InputStream {
  private final PacketStream packets;
  private final InputStream content;
  private final @Nullable LiteralData inside; // a compressed packet
  private final @Nullable Inflater inflater;

  private LiteralData(
      PacketStream packets,
      InputStream content,
      @Nullable LiteralData inside,
      @Nullable Inflater inflater) {
    this.packets = packets;
    this.content = content;
    this.inside = inside;
    this.inflater = inflater;
  }

  /** Goes to the file. */
  static LiteralData open(InputStream plain) throws IOException {
    return open(new PacketStream(plain), true);
  }

  private static LiteralData open(PacketStream packets, boolean mayBeCompressed)
      throws IOException {
    while (true) {
      PacketStream.@Nullable Packet packet = packets.next();
      if (packet == null) {
        throw new IOException("it holds no file");
      }
      switch (packet.tag()) {
        case PacketStream.MARKER,
            PacketStream.PADDING,
            PacketStream.ONE_PASS_SIGNATURE,
            PacketStream.SIGNATURE ->
            packet.bytes();
        case PacketStream.LITERAL -> {
          skipLiteralHeader(packet.body());
          return new LiteralData(packets, packet.body(), null, null);
        }
        case PacketStream.COMPRESSED -> {
          if (!mayBeCompressed) {
            throw new IOException("it is compressed twice");
          }
          return compressed(packets, packet.body());
        }
        default -> throw new IOException("it holds a packet of type " + packet.tag());
      }
    }
  }

  private static LiteralData compressed(PacketStream packets, InputStream body) throws IOException {
    int algorithm = body.read();
    Inflater inflater = algorithm == 1 || algorithm == 2 ? new Inflater(algorithm == 1) : null;
    try {
      InputStream decompressed =
          switch (algorithm) {
            case 0 -> body;
            // zlib wants a byte after data that has no header
            case 1, 2 ->
                new InflaterInputStream(
                    new SequenceInputStream(body, new ByteArrayInputStream(new byte[1])),
                    inflater,
                    64 * 1024);
            case 3 -> new CBZip2InputStream(body);
            default -> throw new IOException("it is compressed in an unknown way");
          };
      return new LiteralData(packets, body, open(new PacketStream(decompressed), false), inflater);
    } catch (IOException | RuntimeException e) {
      if (inflater != null) {
        inflater.end();
      }
      throw e;
    }
  }

  private static void skipLiteralHeader(InputStream body) throws IOException {
    body.read(); // text or binary; line ends stay as they are
    int nameLength = body.read();
    int skipped = Math.max(0, nameLength) + 4; // the name and a time
    if (nameLength < 0 || body.readNBytes(skipped).length < skipped) {
      throw new EOFException();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read =
        inside != null ? inside.read(buffer, offset, length) : content.read(buffer, offset, length);
    if (read < 0) {
      end();
    }
    return read;
  }

  private void end() throws IOException {
    for (PacketStream.Packet packet = packets.next(); packet != null; packet = packets.next()) {
      switch (packet.tag()) {
        case PacketStream.SIGNATURE, PacketStream.PADDING, PacketStream.MARKER -> packet.bytes();
        default -> throw new IOException("it holds more than one file");
      }
    }
  }

  @Override
  public void close() {
    if (inside != null) {
      inside.close();
    }
    if (inflater != null) {
      inflater.end(); // frees the memory of zlib
    }
  }
}
