package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads a spec, and makes one that says why when a value has a wrong type. The definitions of the
 * etcd operator have no schema, so that an API server may hold such resources. One that cannot be
 * read would let the whole list of them fail, and no other resource of its kind would be handled.
 */
abstract class SpecReader<T> extends JsonDeserializer<T> {
  /** Lets the annotation on the type that leads here be ignored. */
  @JsonDeserialize(using = JsonDeserializer.None.class)
  private interface AsFields {}

  private final Class<T> type;
  private final Function<UnreadSpec, T> refused;
  private final JsonMapper fields;

  SpecReader(Class<T> type, Function<UnreadSpec, T> refused) {
    this.type = type;
    this.refused = refused;
    this.fields =
        JsonMapper.builder()
            .addMixIn(type, AsFields.class)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
  }

  @Override
  public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    JsonNode spec = context.readTree(parser);
    try {
      return fields.treeToValue(spec, type);
    } catch (JsonMappingException e) {
      return refused.apply(UnreadSpec.of(spec, path(e) + " has a value of a wrong type"));
    }
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : "." + at.getFieldName())
        .collect(Collectors.joining("", "spec", ""));
  }
}
