package dev.etcdbackup.kubernetes.objects;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a tree from JSON: of a custom resource, or in a field of another object. */
final class JsonTree {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int MAX_DEPTH = 200;

  private final JsonParser parser;
  private final NodeLimit nodes;

  private JsonTree(JsonParser parser, NodeLimit nodes) {
    this.parser = parser;
    this.nodes = nodes;
  }

  /** Reads a document; null for an empty one. */
  static @Nullable Object read(byte[] json, NodeLimit nodes) throws UnreadableException {
    if (json.length == 0) {
      return null;
    }
    try (JsonParser parser = FACTORY.createParser(new String(json, StandardCharsets.UTF_8))) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new UnreadableException("has an empty document of JSON");
      }
      Object tree = new JsonTree(parser, nodes).value(first, 0);
      if (parser.nextToken() != null) {
        throw new UnreadableException("has something after its JSON");
      }
      return tree;
    } catch (JsonProcessingException | NumberFormatException e) {
      throw new UnreadableException("has malformed JSON");
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is read but a text
    }
  }

  private @Nullable Object value(JsonToken token, int depth)
      throws IOException, UnreadableException {
    nodes.add();
    if (depth > MAX_DEPTH) {
      throw new UnreadableException("is nested more than " + MAX_DEPTH + " levels deep");
    }
    return switch (token) {
      case START_OBJECT -> object(depth);
      case START_ARRAY -> array(depth);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new UnreadableException("has malformed JSON");
    };
  }

  private Object integer() throws IOException {
    BigInteger number = parser.getBigIntegerValue();
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  private Map<String, @Nullable Object> object(int depth) throws IOException, UnreadableException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      object.put(name, value(parser.nextToken(), depth + 1));
    }
    return object;
  }

  private List<@Nullable Object> array(int depth) throws IOException, UnreadableException {
    List<@Nullable Object> array = new ArrayList<>();
    JsonToken token;
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      array.add(value(token, depth + 1));
    }
    return array;
  }
}
