package dev.etcdbackup.openpgp;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.internal.ConvertedStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of an encrypted message. Reports its end only after the whole message was read and
 * its modification detection code matched. Until then nothing that was read may be relied upon.
 */
final class DecryptedMessage extends ConvertedStream {
  private static final int BUFFER = 64 * 1024;

  private final StoredMessage stored;
  private final PrivateKeys keys;
  private final String name;
  private @Nullable MessageHead head;
  private @Nullable InputStream plain;
  private @Nullable LiteralData content;
  private boolean ended;

  DecryptedMessage(InputStream stored, PrivateKeys keys, String name) {
    this.stored = new StoredMessage(stored);
    this.keys = keys;
    this.name = name;
  }

  @Override
  protected int convert(byte[] target, int offset, int length) throws IOException {
    try {
      return ended ? -1 : decrypt(target, offset, length);
    } catch (RuntimeException e) { // what decompressors throw for damaged data
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  protected IOException failed(IOException e) {
    endHashing(); // nothing more is read
    return failure(e);
  }

  @Override
  public void close() throws IOException {
    super.close();
    try {
      if (content != null) {
        content.close();
      }
      endHashing();
    } finally {
      stored.close();
    }
  }

  private void endHashing() {
    if (plain instanceof IntegrityProtectedData hashed) {
      hashed.close();
    }
  }

  private int decrypt(byte[] buffer, int offset, int length) throws IOException {
    LiteralData open = content;
    if (open == null) {
      open = open();
      content = open;
    }
    int read = open.read(buffer, offset, length);
    if (read < 0) {
      end();
      ended = true;
    }
    return read;
  }

  private LiteralData open() throws IOException {
    head = MessageHead.read(new BufferedInputStream(stored, BUFFER));
    plain = decrypt(head);
    return LiteralData.open(plain);
  }

  private InputStream decrypt(MessageHead message) throws IOException {
    PacketStream.Packet data = message.data();
    if (data.tag() == PacketStream.ENCRYPTED_WITHOUT_INTEGRITY) {
      throw new IOException(
          "it is encrypted without integrity protection, so a modification could not be detected");
    }
    InputStream body = data.body();
    int version = body.read();
    if (version < 0) {
      throw new EOFException();
    }
    if (version == 2 && data.tag() == PacketStream.ENCRYPTED) {
      throw new UnsupportedMessageException(
          "is encrypted as RFC 9580 says (version 2), which is not read; decrypt it with the"
              + " program that wrote it, and encrypt it with gpg");
    }
    if (version != 1) {
      throw new IOException("it has an unknown version");
    }
    SessionKey key = SessionKey.decrypt(message, keys);
    return data.tag() == PacketStream.ENCRYPTED_OCB
        ? new AuthenticatedData(body, key)
        : new IntegrityProtectedData(body, key.aes());
  }

  private void end() throws IOException {
    InputStream data = Objects.requireNonNull(plain);
    MessageHead message = Objects.requireNonNull(head);
    if (data.read() >= 0) {
      throw new IOException("it holds more than one file");
    }
    if (message.rest().read() >= 0) {
      throw new IOException("something follows the message");
    }
  }

  private IOException failure(Exception e) {
    if (stored.failure() != null) {
      return stored.failure();
    }
    if (e instanceof KeyUnavailableException || e instanceof UnsupportedMessageException) {
      return new KeyUnavailableException(name + " " + e.getMessage());
    }
    String problem = e instanceof EOFException ? "it ends too early" : e.getMessage();
    return new CorruptBackupException(name + " cannot be decrypted: " + problem, e);
  }

  /** The message is good, but not of a kind that can be read. */
  private static final class UnsupportedMessageException extends IOException {
    private static final long serialVersionUID = 1L;

    UnsupportedMessageException(String message) {
      super(message);
    }
  }
}
