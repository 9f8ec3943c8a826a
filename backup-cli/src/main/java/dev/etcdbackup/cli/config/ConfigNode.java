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
 * A YAML or JSON document as a tree whose nodes know their lines, so that an error message can name
 * one. Plain data only: tags and aliases are refused.
 */
sealed interface ConfigNode {
  /** Where it begins. */
  FileLocation at();

  /** A text, a number, a boolean, or (as the empty text) null. */
  record Scalar(FileLocation at, String text) implements ConfigNode {}

  /** A list. */
  record Items(FileLocation at, List<ConfigNode> nodes) implements ConfigNode {}

  /** A map, in the order of the file. */
  record Fields(FileLocation at, Map<String, Field> byName) implements ConfigNode {}

  /** A value of a map, and the location of its name. */
  record Field(FileLocation at, ConfigNode value) {}

  /**
   * Reads the only document of a file.
   *
   * @param file the file's name, for messages
   * @param text its content
   * @param format YAML or JSON
   */
  static ConfigNode read(String file, String text, JsonFactory format) throws ConfigException {
    try (JsonParser parser = format.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new FileLocation(file, 1).refuse("is empty");
      }
      ConfigNode root = read(file, parser);
      if (parser.nextToken() != null) {
        throw location(file, parser).refuse("holds more than one document");
      }
      return root;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw new FileLocation(file, line).refuse("cannot be read: " + problem(e));
    } catch (IOException e) {
      throw new IllegalStateException("reading a string failed", e);
    }
  }

  private static ConfigNode read(String file, JsonParser parser)
      throws IOException, ConfigException {
    FileLocation at = location(file, parser);
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      throw at.refuse("aliases (*name) are not supported");
    }
    if (parser.canReadTypeId() && parser.getTypeId() != null) {
      throw at.refuse("tags (!name) are not supported");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> readFields(at, parser);
      case START_ARRAY -> {
        List<ConfigNode> nodes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          nodes.add(read(file, parser));
        }
        yield new Items(at, nodes);
      }
      case VALUE_NULL -> new Scalar(at, "");
      default -> new Scalar(at, parser.getText());
    };
  }

  private static ConfigNode readFields(FileLocation at, JsonParser parser)
      throws IOException, ConfigException {
    Map<String, Field> byName = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      FileLocation place = location(at.file(), parser);
      String name = parser.currentName();
      parser.nextToken();
      if (byName.put(name, new Field(place, read(at.file(), parser))) != null) {
        throw place.refuse("'" + name + "' is given twice");
      }
    }
    return new Fields(at, byName);
  }

  private static FileLocation location(String file, JsonParser parser) {
    return new FileLocation(file, parser.currentTokenLocation().getLineNr());
  }

  /** The message without the excerpts of the file in it, which stand on indented lines. */
  private static String problem(JsonProcessingException e) {
    return e.getOriginalMessage()
        .lines()
        .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
        .collect(Collectors.joining("; "));
  }
}
