package dev.etcdbackup.cli;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keys and values of etcd as text: they are bytes, and mostly UTF-8. */
final class BytesText {
  private static final Pattern ESCAPE = Pattern.compile("\\\\x([0-9a-fA-F]{2})");

  private BytesText() {}

  /** The text of the bytes; null when they are not UTF-8. */
  static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** The bytes in Base64 when they are not UTF-8; null when they are. */
  static @Nullable String base64(byte[] bytes) {
    return utf8(bytes) == null ? Base64.getEncoder().encodeToString(bytes) : null;
  }

  /**
   * The text; when the bytes are not UTF-8, ASCII and {@code \xNN}, backslashes included, so that
   * {@link #unescaped} reads it.
   */
  static String shown(byte[] bytes) {
    String text = utf8(bytes);
    if (text != null) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    for (byte one : bytes) {
      if (one >= 0x20 && one < 0x7f && one != '\\') {
        shown.append((char) one);
      } else {
        shown.append(String.format(Locale.ROOT, "\\x%02x", one));
      }
    }
    return shown.toString();
  }

  /** The bytes of a text in which {@code \xNN} is a byte and everything else UTF-8. */
  static byte[] unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher escape = ESCAPE.matcher(text);
    int end = 0;
    while (escape.find()) {
      bytes.writeBytes(text.substring(end, escape.start()).getBytes(StandardCharsets.UTF_8));
      bytes.write(Integer.parseInt(escape.group(1), 16));
      end = escape.end();
    }
    bytes.writeBytes(text.substring(end).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }
}
