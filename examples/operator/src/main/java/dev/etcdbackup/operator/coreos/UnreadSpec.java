package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A spec in which a value has a wrong type.
 *
 * @param reason which
 * @param fields the spec as it is stored, so that nothing is lost when the resource is written
 */
record UnreadSpec(String reason, Map<String, JsonNode> fields) {
  UnreadSpec {
    fields = Map.copyOf(fields);
  }

  static UnreadSpec of(JsonNode spec, String reason) {
    return new UnreadSpec(
        reason,
        spec.properties().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }
}
