package dev.etcdbackup.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Keys and values of etcd, which are bytes and most of the time text. */
final class BytesText {
  private BytesText() {}

  /** The text the bytes are in UTF-8; null when they are none. */
  static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** The bytes in Base64 when they are no text; null when they are, and {@link #utf8} has it. */
  static @Nullable String base64(byte[] bytes) {
    return utf8(bytes) == null ? Base64.getEncoder().encodeToString(bytes) : null;
  }

  /** For people: the text, or where the bytes are none, ASCII and {@code \xNN}. */
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
