package dev.etcdbackup.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a message in ASCII armour. The checksum at its end is not verified, because the
 * message verifies itself. Nothing but white space may follow the armour.
 */
final class ArmoredMessage extends InputStream {
  private static final String BEGIN = "-----BEGIN PGP MESSAGE-----";
  private static final String END = "-----END PGP MESSAGE-----";
  private static final int MAX_LINE = 1000;
  private static final int MAX_HEADERS = 100;

  private final InputStream in;
  private final byte[] chunk = new byte[8192];
  private int chunkAt;
  private int chunkEnd;
  private String carry = ""; // characters that do not make three bytes yet
  private byte[] decoded = new byte[0];
  private int at;
  private boolean started;
  private boolean ended;

  ArmoredMessage(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!started) {
      start();
    }
    while (at == decoded.length) {
      if (ended) {
        return -1;
      }
      decodeLine();
    }
    int read = Math.min(length, decoded.length - at);
    System.arraycopy(decoded, at, buffer, offset, read);
    at += read;
    return read;
  }

  private void start() throws IOException {
    if (!requiredLine().strip().equals(BEGIN)) {
      throw new IOException("it is not an OpenPGP message");
    }
    for (int i = 0; !requiredLine().isBlank(); i++) {
      if (i == MAX_HEADERS) {
        throw new IOException("its armour has too many headers");
      }
    }
    started = true;
  }

  private void decodeLine() throws IOException {
    String line = requiredLine().strip();
    boolean last = line.startsWith("=") || line.equals(END);
    String characters = last ? carry : carry + line;
    int whole = last ? characters.length() : characters.length() / 4 * 4;
    try {
      decoded = Base64.getDecoder().decode(characters.substring(0, whole));
    } catch (IllegalArgumentException e) {
      throw new IOException("its armour is damaged", e);
    }
    at = 0;
    carry = characters.substring(whole);
    if (last) {
      end(line);
    }
  }

  private void end(String line) throws IOException {
    if (!line.equals(END) && !requiredLine().strip().equals(END)) {
      throw new IOException("its armour does not end");
    }
    for (String after = line(); after != null; after = line()) {
      if (!after.isBlank()) {
        throw new IOException("something follows its armour");
      }
    }
    ended = true;
  }

  private String requiredLine() throws IOException {
    String line = line();
    if (line == null) {
      throw new EOFException();
    }
    return line;
  }

  private @Nullable String line() throws IOException {
    byte[] line = new byte[MAX_LINE];
    int length = 0;
    while (true) {
      if (chunkAt == chunkEnd) {
        chunkAt = 0;
        chunkEnd = Math.max(0, in.read(chunk));
        if (chunkEnd == 0) {
          return length == 0 ? null : new String(line, 0, length, StandardCharsets.ISO_8859_1);
        }
      }
      byte next = chunk[chunkAt++];
      if (next == '\n') {
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
      }
      if (length == MAX_LINE) {
        throw new IOException("its armour has a line of more than " + MAX_LINE + " characters");
      }
      line[length++] = next;
    }
  }
}
