package dev.etcdbackup.cli.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a map one by one, each by its name, and refuses those that are not read. */
final class FieldReader {
  private final ConfigNode.Fields fields;
  private final Set<String> read = new HashSet<>();

  /**
   * @param what what the map describes, for messages
   */
  FieldReader(String what, ConfigNode node) throws ConfigException {
    if (!(node instanceof ConfigNode.Fields map)) {
      throw node.at().refuse(what + " must be a map of names and values");
    }
    this.fields = map;
  }

  /**
   * A field of one value, converted.
   *
   * @param convert throws IllegalArgumentException with the reason when it refuses the text
   */
  <T> Optional<T> value(String name, Function<String, T> convert) throws ConfigException {
    ConfigNode node = read(name);
    return node == null ? Optional.empty() : Optional.of(convert(name, node, convert));
  }

  /** A field that is required. */
  <T> T required(String name, Function<String, T> convert) throws ConfigException {
    Optional<T> value = value(name, convert);
    if (value.isEmpty()) {
      throw fields.at().refuse("'" + name + "' is missing");
    }
    return value.get();
  }

  /** A field that is a list; empty when absent. */
  List<ConfigNode> items(String name) throws ConfigException {
    ConfigNode node = read(name);
    if (node == null) {
      return List.of();
    }
    if (node instanceof ConfigNode.Items items) {
      return items.nodes();
    }
    throw node.at().refuse("'" + name + "' must be a list");
  }

  /** A field that is itself a map. */
  Optional<FieldReader> fields(String name) throws ConfigException {
    ConfigNode node = read(name);
    return node == null ? Optional.empty() : Optional.of(new FieldReader("'" + name + "'", node));
  }

  /** Whether the field is present, read or not. */
  boolean has(String name) {
    return fields.byName().containsKey(name);
  }

  /** The failure to throw because of a field, at its line. */
  ConfigException refuse(String name, String reason) {
    ConfigNode.Field field = fields.byName().get(name);
    return (field == null ? fields.at() : field.at()).refuse(reason);
  }

  /** Refuses fields that were not read. */
  void end() throws ConfigException {
    for (var field : fields.byName().entrySet()) {
      if (!read.contains(field.getKey())) {
        throw field.getValue().at().refuse("'" + field.getKey() + "' is not a known key");
      }
    }
  }

  static <T> T convert(String name, ConfigNode node, Function<String, T> convert)
      throws ConfigException {
    if (!(node instanceof ConfigNode.Scalar scalar)) {
      throw node.at().refuse("'" + name + "' must be a single value");
    }
    try {
      return convert.apply(scalar.text());
    } catch (IllegalArgumentException e) {
      throw scalar.at().refuse(name + ": " + e.getMessage());
    }
  }

  private @Nullable ConfigNode read(String name) {
    read.add(name);
    ConfigNode.Field field = fields.byName().get(name);
    return field == null ? null : field.value();
  }
}
