package dev.etcdbackup.cli.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A YAML or JSON document as a tree that knows its lines, so that a complaint can name one. Plain
 * data only: tags and aliases are refused.
 */
sealed interface Node {
  /** Where it begins. */
  Place at();

  /** A text, a number, a truth value, or (as the empty text) nothing. */
  record Scalar(Place at, String text) implements Node {}

  /** A list. */
  record Items(Place at, List<Node> nodes) implements Node {}

  /** A map, in the order of the file. */
  record Fields(Place at, Map<String, Field> byName) implements Node {}

  /** A value of a map, and where its name stands. */
  record Field(Place at, Node value) {}

  /**
   * Reads the only document of a file.
   *
   * @param file the file's name, for messages
   * @param text its content
   * @param format YAML or JSON
   */
  static Node read(String file, String text, JsonFactory format) throws ConfigException {
    try (JsonParser parser = format.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new Place(file, 1).refuse("is empty");
      }
      Node root = read(file, parser);
      if (parser.nextToken() != null) {
        throw here(file, parser).refuse("holds more than one document");
      }
      return root;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw new Place(file, line).refuse("cannot be read: " + problem(e));
    } catch (IOException e) {
      throw new IllegalStateException("reading a string failed", e);
    }
  }

  private static Node read(String file, JsonParser parser) throws IOException, ConfigException {
    Place at = here(file, parser);
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      throw at.refuse("aliases (*name) are not supported");
    }
    if (parser.canReadTypeId() && parser.getTypeId() != null) {
      throw at.refuse("tags (!name) are not supported");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> readFields(at, parser);
      case START_ARRAY -> {
        List<Node> nodes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          nodes.add(read(file, parser));
        }
        yield new Items(at, nodes);
      }
      case VALUE_NULL -> new Scalar(at, "");
      default -> new Scalar(at, parser.getText());
    };
  }

  private static Node readFields(Place at, JsonParser parser) throws IOException, ConfigException {
    Map<String, Field> byName = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Place place = here(at.file(), parser);
      String name = parser.currentName();
      parser.nextToken();
      if (byName.put(name, new Field(place, read(at.file(), parser))) != null) {
        throw place.refuse("'" + name + "' is given twice");
      }
    }
    return new Fields(at, byName);
  }

  private static Place here(String file, JsonParser parser) {
    return new Place(file, parser.currentTokenLocation().getLineNr());
  }

  /** The message without the excerpts of the file in it, which stand on indented lines. */
  private static String problem(JsonProcessingException e) {
    return e.getOriginalMessage()
        .lines()
        .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
        .collect(Collectors.joining("; "));
  }
}
