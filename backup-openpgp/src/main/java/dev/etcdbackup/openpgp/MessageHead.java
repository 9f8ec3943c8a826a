package dev.etcdbackup.openpgp;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an encrypted message: for each recipient the session key, encrypted to the
 * recipient's key; then the encrypted data.
 *
 * @param recipients the keys that the message is encrypted to, in its order
 * @param sessionKeys the packets of the recipients, as they are in the message
 * @param passwords how many passwords decrypt the message as well
 * @param data the encrypted data
 * @param rest what comes after the head and the header of the data, without armour: the same bytes
 *     that {@code data} reads
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and written out once
record MessageHead(
    List<KeyId> recipients,
    byte[] sessionKeys,
    int passwords,
    PacketStream.Packet data,
    InputStream rest) {
  private static final int MAX_BYTES = 1 << 20;

  /**
   * Reads the head of a message.
   *
   * @param in the message, armoured or not
   * @throws IOException when it is not an encrypted message; the message says what it is
   */
  static MessageHead read(InputStream in) throws IOException {
    InputStream message = dearmored(in);
    PacketStream packets = new PacketStream(message);
    List<KeyId> recipients = new ArrayList<>();
    ByteArrayOutputStream sessionKeys = new ByteArrayOutputStream();
    int passwords = 0;
    while (true) {
      PacketStream.@Nullable Packet packet = packets.next();
      if (packet == null) {
        throw new EOFException();
      }
      switch (packet.tag()) {
        case PacketStream.SESSION_KEY -> {
          if (packet.body().isOpen()) {
            throw new IOException("it is not an encrypted OpenPGP message");
          }
          byte[] bytes = packet.bytes();
          recipients.add(recipient(bytes));
          sessionKeys.write(packet.body().header());
          sessionKeys.write(bytes);
        }
        case PacketStream.PASSWORD_SESSION_KEY -> {
          packet.bytes();
          passwords++;
        }
        case PacketStream.MARKER -> packet.bytes();
        case PacketStream.ENCRYPTED,
            PacketStream.ENCRYPTED_OCB,
            PacketStream.ENCRYPTED_WITHOUT_INTEGRITY -> {
          return new MessageHead(
              List.copyOf(recipients), sessionKeys.toByteArray(), passwords, packet, message);
        }
        default -> throw new IOException("it is not an encrypted OpenPGP message");
      }
      if (sessionKeys.size() > MAX_BYTES || passwords > 1000) {
        throw new IOException("it has too many recipients");
      }
    }
  }

  /** The message without its armour. */
  private static InputStream dearmored(InputStream in) throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(in, 1);
    int first = peeked.read();
    if (first < 0) {
      throw new EOFException();
    }
    peeked.unread(first);
    return (first & 0x80) != 0 ? peeked : new ArmoredMessage(peeked);
  }

  private static KeyId recipient(byte[] packet) throws IOException {
    int version = packet.length == 0 ? -1 : packet[0];
    if (version == 3 && packet.length > 10) {
      return new KeyId(ByteBuffer.wrap(packet, 1, 8).getLong());
    }
    if (version == 6 && packet.length > 1 && packet[1] == 0) {
      return KeyId.HIDDEN;
    }
    if (version == 6 && packet.length > 34 && packet[1] == 21 && packet[2] == 4) {
      return new KeyId(ByteBuffer.wrap(packet, 3 + 12, 8).getLong());
    }
    if (version == 6 && packet.length > 35 && packet[1] == 33 && packet[2] == 6) {
      return new KeyId(ByteBuffer.wrap(packet, 3, 8).getLong());
    }
    throw new IOException("it names a recipient in an unknown way");
  }
}
