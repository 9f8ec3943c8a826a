package dev.etcdbackup.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Standard output: lines of text, one JSON document, or one value. */
final class Output {
  /** The formats of results. */
  enum Format {
    TEXT,
    JSON,
    /** For {@code kube get} alone. */
    YAML
  }

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  static {
    JSON.getFactory().setCharacterEscapes(new EscapeDelete());
  }

  private final PrintStream stream;
  private final Format format;

  Output(PrintStream stream, Format format) {
    this.stream = stream;
    this.format = format;
  }

  boolean isJson() {
    return format == Format.JSON;
  }

  /** A line of text; control characters in it are escaped. */
  void line(String text) {
    stream.print(TerminalText.escape(text));
    stream.print('\n');
  }

  /** Bytes without any change. */
  void bytes(byte[] bytes) {
    stream.write(bytes, 0, bytes.length);
  }

  /** Begins a list whose members are printed one by one, for lists of any length. */
  Rows rows() {
    return new Rows();
  }

  /**
   * A list of records, the same document as {@link #json} prints of all of them; nothing when the
   * format is text. Without its end it is not valid, so that no failure looks like a short list.
   */
  final class Rows {
    private boolean begun;

    void json(Object row) {
      stream.print(begun ? ",\n  " : "[\n  ");
      stream.print(text(row).replace("\n", "\n  "));
      begun = true;
    }

    void end() {
      if (isJson()) {
        stream.print(begun ? "\n]\n" : "[ ]\n");
      }
    }
  }

  /** A document: records and lists of records, their fields in the order of declaration. */
  void json(Object document) {
    stream.print(text(document));
    stream.print('\n');
  }

  /** A document that is JSON already and ends in a newline. */
  void document(String json) {
    stream.print(json);
  }

  /** A document on a line of its own, for logs. */
  void jsonLine(Object document) {
    try {
      stream.print(JSON.writeValueAsString(document) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a line has no JSON form", e);
    }
  }

  /** Flushes standard output. */
  void flush() {
    stream.flush();
  }

  private static String text(Object document) {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    try {
      return JSON.writer(
              new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines))
          .writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result has no JSON form", e);
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
