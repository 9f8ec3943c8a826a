package dev.etcdbackup.kubernetes.objects;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the kinds of Kubernetes are stored and shown: the messages, the numbers of their fields, and
 * their names in JSON. Read from {@code schema.txt}, which a program writes from Kubernetes' own Go
 * types ({@code src/test/golden-generator}).
 */
final class Schema {
  /** What is in a field that is no message, or what messages have a JSON of their own. */
  enum Kind {
    STRING,
    BOOL,
    INT32,
    INT64,
    BYTES,
    STRINGS,
    TIME,
    MICROTIME,
    QUANTITY,
    INTORSTRING,
    JSON,
    MESSAGE;

    /** Whether it is a number or a truth value, of which a field can hold many without tags. */
    boolean isVarint() {
      return this == BOOL || this == INT32 || this == INT64;
    }
  }

  /** How often a field is there. */
  enum Shape {
    ONE,
    LIST,
    MAP
  }

  /**
   * A field.
   *
   * @param name its name in JSON; "." for a message whose fields stand in its place
   * @param message the name of the message; empty for another kind
   * @param pointer whether it can be absent, not only empty
   * @param omitEmpty whether it is left out of the JSON when it is empty
   * @param omitZero whether a time is left out when it is not set
   */
  record Field(
      int number,
      String name,
      Shape shape,
      Kind kind,
      String message,
      boolean pointer,
      boolean omitEmpty,
      boolean omitZero) {
    boolean isInline() {
      return name.equals(".");
    }
  }

  /** A message: its fields in the order of Kubernetes' types. */
  record Message(List<Field> fields) {
    /** Where the field of a number is in the list; -1 when there is none. */
    int indexOf(long number) {
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).number() == number) {
          return i;
        }
      }
      return -1;
    }
  }

  private final Map<String, String> kinds = new HashMap<>();
  private final Map<String, Message> messages = new HashMap<>();

  private Schema() {}

  /** Reads the schema once, when it is needed first. */
  private static final class Loaded {
    static final Schema SCHEMA = load();
  }

  static Schema get() {
    return Loaded.SCHEMA;
  }

  /** The message in which objects of a kind are stored; null when the kind is not known. */
  @Nullable Message kind(String apiVersion, String kind) {
    String name = kinds.get(apiVersion + " " + kind);
    return name == null ? null : message(name);
  }

  Message message(String name) {
    return Objects.requireNonNull(messages.get(name), name);
  }

  private static Schema load() {
    Schema schema = new Schema();
    List<Field> fields = new ArrayList<>();
    try (InputStream in = Objects.requireNonNull(Schema.class.getResourceAsStream("schema.txt"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String line;
      while ((line = lines.readLine()) != null) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
          case "kind" -> schema.kinds.put(words[1] + " " + words[2], words[3]);
          case "message" -> {
            fields = new ArrayList<>();
            schema.messages.put(words[1], new Message(fields));
          }
          default -> fields.add(field(words));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return schema;
  }

  private static Field field(String[] words) {
    Shape shape = Shape.ONE;
    String type = words[2];
    if (type.startsWith("list:")) {
      shape = Shape.LIST;
    } else if (type.startsWith("map:")) {
      shape = Shape.MAP;
    }
    type = type.substring(type.indexOf(':') + 1);
    boolean isMessage = type.indexOf('.') >= 0;
    String flags = words.length > 3 ? words[3] : "";
    return new Field(
        Integer.parseInt(words[0]),
        words[1],
        shape,
        isMessage ? Kind.MESSAGE : Kind.valueOf(type.toUpperCase(Locale.ROOT)),
        isMessage ? type : "",
        flags.contains("p"),
        flags.contains("o"),
        flags.contains("z"));
  }
}
