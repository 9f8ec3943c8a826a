package dev.etcdbackup.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Keys and values of etcd as text: they are bytes, and mostly UTF-8. */
final class BytesText {
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

  /** The text; when the bytes are not UTF-8, ASCII and {@code \xNN}. */
  static String shown(byte[] bytes) {
    String text = utf8(bytes);
    if (text != null) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    for (byte one : bytes) {
      if (one >= 0x20 && one < 0x7f) {
        shown.append((char) one);
      } else {
        shown.append(String.format(Locale.ROOT, "\\x%02x", one));
      }
    }
    return shown.toString();
  }
}
