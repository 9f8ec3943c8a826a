package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Reads the JSON objects that etcd writes for members and into small entries. */
final class JsonObject {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonObject() {}

  /** Takes the fields of an object. */
  @FunctionalInterface
  interface Fields {
    /**
     * Takes one field; the parser stands at its value.
     *
     * @return false for a field that is to be passed over
     */
    boolean field(String name, JsonParser value) throws IOException, MalformedException;
  }

  /** Checks that a value is a JSON object. */
  static void require(byte[] json) throws MalformedException {
    read(json, (name, value) -> false);
  }

  /** Reads an object to its end. Fields that are null are passed over. */
  static void read(byte[] json, Fields fields) throws MalformedException {
    try (JsonParser parser = FACTORY.createParser(new String(json, UTF_8))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("is not a JSON object");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_NULL || !fields.field(name, parser)) {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new MalformedException("has more than a JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new MalformedException("has malformed JSON");
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is read but a text
    }
  }

  /** A text. */
  static String text(JsonParser value) throws IOException, MalformedException {
    if (value.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(value);
    }
    return value.getText();
  }

  /** True or false. */
  static boolean truth(JsonParser value) throws IOException, MalformedException {
    if (!value.currentToken().isBoolean()) {
      throw wrong(value);
    }
    return value.getBooleanValue();
  }

  /** A list of texts. */
  static List<String> texts(JsonParser value) throws IOException, MalformedException {
    if (value.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(value);
    }
    List<String> texts = new ArrayList<>();
    while (value.nextToken() != JsonToken.END_ARRAY) {
      texts.add(text(value));
    }
    return texts;
  }

  /** An unsigned number of 64 bits. */
  static long unsigned(JsonParser value) throws IOException, MalformedException {
    if (value.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrong(value);
    }
    BigInteger number = value.getBigIntegerValue();
    if (number.signum() < 0 || number.bitLength() > Long.SIZE) {
      throw wrong(value);
    }
    return number.longValue();
  }

  private static MalformedException wrong(JsonParser value) throws IOException {
    return new MalformedException("has JSON with a wrong " + value.currentName());
  }
}
