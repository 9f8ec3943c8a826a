package dev.etcdbackup.cli.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes the fields of a map one by one, each by its name; at the end none may be left. */
final class FieldReader {
  private final Node.Fields fields;
  private final Set<String> taken = new HashSet<>();

  /**
   * @param what what the map describes, for messages
   */
  FieldReader(String what, Node node) throws ConfigException {
    if (!(node instanceof Node.Fields map)) {
      throw node.at().refuse(what + " must be a map of names and values");
    }
    this.fields = map;
  }

  /**
   * A field of one value, converted.
   *
   * @param convert throws IllegalArgumentException with the reason when it does not like the text
   */
  <T> Optional<T> value(String name, Function<String, T> convert) throws ConfigException {
    Node node = take(name);
    return node == null ? Optional.empty() : Optional.of(convert(name, node, convert));
  }

  /** A field that must be there. */
  <T> T required(String name, Function<String, T> convert) throws ConfigException {
    Optional<T> value = value(name, convert);
    if (value.isEmpty()) {
      throw fields.at().refuse("'" + name + "' is missing");
    }
    return value.get();
  }

  /** A field that is a list; empty when absent. */
  List<Node> items(String name) throws ConfigException {
    Node node = take(name);
    if (node == null) {
      return List.of();
    }
    if (node instanceof Node.Items items) {
      return items.nodes();
    }
    throw node.at().refuse("'" + name + "' must be a list");
  }

  /** A field that is itself a map. */
  Optional<FieldReader> fields(String name) throws ConfigException {
    Node node = take(name);
    return node == null ? Optional.empty() : Optional.of(new FieldReader("'" + name + "'", node));
  }

  /** Whether the field is there; for combinations. */
  boolean has(String name) {
    return fields.byName().containsKey(name);
  }

  ConfigException refuse(String name, String reason) {
    Node.Field field = fields.byName().get(name);
    return (field == null ? fields.at() : field.at()).refuse(reason);
  }

  /** Refuses what was not taken. */
  void end() throws ConfigException {
    for (var field : fields.byName().entrySet()) {
      if (!taken.contains(field.getKey())) {
        throw field.getValue().at().refuse("'" + field.getKey() + "' is not a known key");
      }
    }
  }

  static <T> T convert(String name, Node node, Function<String, T> convert) throws ConfigException {
    if (!(node instanceof Node.Scalar scalar)) {
      throw node.at().refuse("'" + name + "' must be a single value");
    }
    try {
      return convert.apply(scalar.text());
    } catch (IllegalArgumentException e) {
      throw scalar.at().refuse(name + ": " + e.getMessage());
    }
  }

  private @Nullable Node take(String name) {
    taken.add(name);
    Node.Field field = fields.byName().get(name);
    return field == null ? null : field.value();
  }
}
