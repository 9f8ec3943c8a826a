package dev.etcdbackup.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * Results as JSON, their fields in the order of declaration. A class of its own, for Jackson has
 * hundreds of classes, and commands that print text are not to load them.
 */
final class JsonText {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  static {
    JSON.getFactory().setCharacterEscapes(new EscapeDelete());
  }

  private JsonText() {}

  /** On lines of their own, indented. */
  static String document(Object document) {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    try {
      return JSON.writer(
              new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines))
          .writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result has no JSON form", e);
    }
  }

  /** On one line. */
  static String line(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a line has no JSON form", e);
    }
  }

  /** Escapes DEL too, the only ASCII control character that JSON does not escape. */
  private static final class EscapeDelete extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final int[] ESCAPES = standardAsciiEscapesForJSON();

    static {
      ESCAPES[0x7f] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ESCAPES.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      return null;
    }
  }
}
