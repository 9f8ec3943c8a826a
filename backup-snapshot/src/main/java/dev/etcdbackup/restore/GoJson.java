package dev.etcdbackup.restore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Go's {@code encoding/json} writes it, to the byte: without spaces, and with the
 * characters that HTML and JavaScript treat specially escaped, in lower-case hex.
 */
final class GoJson {
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder().characterEscapes(new GoEscapes()).build();

  private GoJson() {}

  /** Writes one value. */
  @FunctionalInterface
  interface Value {
    void write(JsonGenerator json) throws IOException;
  }

  /** A value as text. */
  static String text(Value value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      value.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written but a text
    }
    return text.toString();
  }

  private static final class GoEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    private static final int[] ASCII = standardAsciiEscapesForJSON();

    static {
      for (char c : new char[] {'<', '>', '&'}) {
        ASCII[c] = ESCAPE_CUSTOM;
      }
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ASCII.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      boolean escaped = c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029';
      return escaped ? new SerializedString(String.format("\\u%04x", c)) : null;
    }
  }
}
