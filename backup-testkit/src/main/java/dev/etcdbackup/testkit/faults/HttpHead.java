package dev.etcdbackup.testkit.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The first line and the headers of an HTTP/1.1 message. */
record HttpHead(List<String> lines) {
  private static final int LIMIT = 256 << 10;

  /** Reads the head of a message; returns null at the end of the stream. */
  static @Nullable HttpHead read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int matched = 0; // of CR LF CR LF
    while (matched < 4) {
      int b = in.read();
      if (b < 0 || bytes.size() == LIMIT) {
        return end(bytes.size());
      }
      bytes.write(b);
      boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
      matched = expected ? matched + 1 : b == '\r' ? 1 : 0;
    }
    return new HttpHead(bytes.toString(ISO_8859_1).strip().lines().toList());
  }

  private static @Nullable HttpHead end(int size) throws EOFException {
    if (size > 0) {
      throw new EOFException("an HTTP head ended after " + size + " bytes");
    }
    return null;
  }

  void write(OutputStream out) throws IOException {
    out.write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
  }

  /** Returns the first, second or third word of the first line. */
  String word(int index) {
    String[] words = lines.get(0).split(" ", 3);
    return index < words.length ? words[index] : "";
  }

  int status() {
    return Integer.parseInt(word(1));
  }

  Optional<String> header(String name) {
    return lines.stream()
        .skip(1)
        .filter(line -> isNamed(line, name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  boolean says(String name, String value) {
    return header(name).orElse("").toLowerCase(Locale.ROOT).contains(value);
  }

  HttpHead without(String name) {
    return new HttpHead(lines.stream().filter(line -> !isNamed(line, name)).toList());
  }

  HttpHead with(String name, String value) {
    List<String> changed = new ArrayList<>(without(name).lines);
    changed.add(name + ": " + value);
    return new HttpHead(changed);
  }

  boolean isChunked() {
    return says("Transfer-Encoding", "chunked");
  }

  /** Returns the size of the body, if a header specifies it. */
  Optional<Long> length() {
    return header("Content-Length").map(Long::parseLong);
  }

  private static boolean isNamed(String line, String name) {
    return line.regionMatches(true, 0, name + ":", 0, name.length() + 1);
  }
}
