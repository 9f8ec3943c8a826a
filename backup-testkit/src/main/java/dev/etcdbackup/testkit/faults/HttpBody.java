package dev.etcdbackup.testkit.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Transfers bodies of HTTP/1.1 messages: of a given length, in chunks, or to the end of the
 * connection.
 */
final class HttpBody {
  private HttpBody() {}

  /** Passes a body on unchanged. */
  static void relay(HttpHead head, InputStream in, OutputStream out, FaultyTransfer transfer)
      throws IOException, InterruptedException {
    if (head.isChunked()) {
      relayChunks(in, out, transfer);
    } else if (head.length().isPresent()) {
      transfer.copy(in, out, head.length().get());
    } else if (isAnswer(head)) {
      transfer.copy(in, out);
    }
    transfer.injectIfSet();
  }

  /** Reads a body without its chunk headers. */
  static byte[] read(HttpHead head, InputStream in) throws IOException, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    FaultyTransfer untouched = new FaultyTransfer(null);
    if (head.isChunked()) {
      for (long size = size(line(in)); size > 0; size = size(line(in))) {
        untouched.copy(in, bytes, size);
        line(in);
      }
      while (!line(in).isEmpty()) {
        // trailers
      }
    } else if (head.length().isPresent()) {
      untouched.copy(in, bytes, head.length().get());
    } else {
      untouched.copy(in, bytes);
    }
    return bytes.toByteArray();
  }

  private static void relayChunks(InputStream in, OutputStream out, FaultyTransfer transfer)
      throws IOException, InterruptedException {
    while (true) {
      String size = line(in);
      write(out, size);
      if (size(size) == 0) {
        break;
      }
      transfer.copy(in, out, size(size));
      write(out, line(in));
    }
    String trailer;
    do {
      trailer = line(in);
      write(out, trailer);
    } while (!trailer.isEmpty());
  }

  private static boolean isAnswer(HttpHead head) {
    return head.lines().get(0).startsWith("HTTP/");
  }

  private static void write(OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(ISO_8859_1));
  }

  private static long size(String line) {
    int end = line.indexOf(';');
    return Long.parseLong((end < 0 ? line : line.substring(0, end)).strip(), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("a chunk ended too early");
      }
      line.append((char) b);
    }
    return line.toString().stripTrailing();
  }
}
