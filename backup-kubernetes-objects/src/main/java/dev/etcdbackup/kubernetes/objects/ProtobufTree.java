package dev.etcdbackup.kubernetes.objects;

import dev.etcdbackup.kubernetes.objects.Schema.Field;
import dev.etcdbackup.kubernetes.objects.Schema.Kind;
import dev.etcdbackup.kubernetes.objects.Schema.Message;
import dev.etcdbackup.kubernetes.objects.Schema.Shape;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tree of one object from its Protocol Buffers, the one that Go's encoder makes of the
 * object that Kubernetes decodes.
 */
final class ProtobufTree {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_MERGED = 100; // parts of a message; API servers write one

  private final Schema schema = Schema.get();
  private final NodeLimit nodes;
  private int unknownFields;
  private int merged;

  ProtobufTree(NodeLimit nodes) {
    this.nodes = nodes;
  }

  /** How many fields were met that the schema does not know, and are not in the tree. */
  int unknownFields() {
    return unknownFields;
  }

  /** Adds what is in a message to an object. */
  void addTo(Map<String, @Nullable Object> object, Message message, WireReader in)
      throws UnreadableException {
    addTo(object, message, in, 0);
  }

  private void addTo(
      Map<String, @Nullable Object> object, Message message, WireReader in, int depth)
      throws UnreadableException {
    if (depth > MAX_DEPTH) {
      throw new UnreadableException("is nested more than " + MAX_DEPTH + " levels deep");
    }
    List<Field> fields = message.fields();
    @Nullable Object[] values = new @Nullable Object[fields.size()];
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      int index = message.indexOf(tag >>> 3);
      if (tag >>> 3 == 0) {
        throw new UnreadableException("has a field of the number 0");
      }
      if (index < 0) {
        unknownFields++;
        in.skip(wireType);
        continue;
      }
      nodes.add();
      values[index] = read(fields.get(index), wireType, in, values[index], depth);
    }
    for (int i = 0; i < values.length; i++) {
      show(object, fields.get(i), values[i], depth);
    }
  }

  /** Reads one occurrence; returns what there is of the field with what there was before. */
  private @Nullable Object read(
      Field field, int wireType, WireReader in, @Nullable Object before, int depth)
      throws UnreadableException {
    if (field.shape() == Shape.MAP) {
      Map<String, @Nullable Object> map = map(before);
      require(field, wireType, WireReader.BYTES);
      entry(field, in.message(), map, depth);
      return map;
    }
    if (field.shape() == Shape.LIST) {
      List<@Nullable Object> list = list(before);
      if (wireType == WireReader.BYTES && field.kind().isVarint()) {
        WireReader packed = in.message();
        while (packed.hasNext()) {
          nodes.add();
          list.add(scalar(field.kind(), packed));
        }
      } else {
        list.add(value(field, one(field, wireType, in, null), depth));
      }
      return list;
    }
    return one(field, wireType, in, before);
  }

  @SuppressWarnings("unchecked") // this class alone fills the array
  private static Map<String, @Nullable Object> map(@Nullable Object before) {
    return before == null ? new TreeMap<>() : (Map<String, @Nullable Object>) before;
  }

  @SuppressWarnings("unchecked") // this class alone fills the array
  private static List<@Nullable Object> list(@Nullable Object before) {
    return before == null ? new ArrayList<>() : (List<@Nullable Object>) before;
  }

  private static void require(Field field, int wireType, int expected) throws UnreadableException {
    if (wireType != expected) {
      throw new UnreadableException(
          "has a value of the wire type " + wireType + " in the field " + field.name());
    }
  }

  /** A scalar, or the bytes of a message, which is decoded when all of it is there. */
  private Object one(Field field, int wireType, WireReader in, @Nullable Object before)
      throws UnreadableException {
    Kind kind = field.kind();
    require(field, wireType, kind.isVarint() ? WireReader.VARINT : WireReader.BYTES);
    return switch (kind) {
      case BOOL, INT32, INT64, STRING, BYTES -> scalar(kind, in);
      default -> before == null ? in.message() : merged((WireReader) before, in.message());
    };
  }

  private WireReader merged(WireReader first, WireReader second) throws UnreadableException {
    if (++merged > MAX_MERGED) {
      throw new UnreadableException("has messages in more than " + MAX_MERGED + " parts");
    }
    return WireReader.merged(first, second);
  }

  private static Object scalar(Kind kind, WireReader in) throws UnreadableException {
    return switch (kind) {
      case BOOL -> in.varint() != 0;
      case INT32 -> (long) (int) in.varint();
      case INT64 -> in.varint();
      case STRING -> in.text();
      case BYTES -> Base64.getEncoder().encodeToString(in.bytes());
      default -> throw new IllegalStateException(kind + " is no scalar");
    };
  }

  /** An entry of a map: its key is field 1 and its value field 2. */
  private void entry(Field field, WireReader in, Map<String, @Nullable Object> map, int depth)
      throws UnreadableException {
    String key = "";
    Object value = null;
    while (in.hasNext()) {
      long tag = in.varint();
      int wireType = (int) (tag & 7);
      if (tag >>> 3 == 1) {
        require(field, wireType, WireReader.BYTES);
        key = in.text();
      } else if (tag >>> 3 == 2) {
        value = one(field, wireType, in, null);
      } else {
        in.skip(wireType);
      }
    }
    Object present = value == null ? empty(field.kind()) : value;
    map.put(key, value(field, present, depth));
  }

  /** What Go has for a value that is not there. */
  private static Object empty(Kind kind) {
    return switch (kind) {
      case BOOL -> false;
      case INT32, INT64 -> 0L;
      case STRING, BYTES -> "";
      default -> new WireReader(new byte[0]);
    };
  }

  /** The tree of what {@link #one} returned. */
  private @Nullable Object value(Field field, Object one, int depth) throws UnreadableException {
    if (!(one instanceof WireReader in)) {
      return one;
    }
    return switch (field.kind()) {
      case TIME -> Scalars.time(in);
      case MICROTIME -> Scalars.microTime(in);
      case QUANTITY -> Scalars.quantity(in);
      case INTORSTRING -> Scalars.intOrString(in);
      case STRINGS -> Scalars.strings(in, nodes);
      case JSON -> JsonTree.read(Scalars.raw(in), nodes);
      default -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        addTo(object, schema.message(field.message()), in, depth + 1);
        yield object;
      }
    };
  }

  /** Puts a field into its object, or leaves it out, by the rules of Go's encoder. */
  private void show(
      Map<String, @Nullable Object> object, Field field, @Nullable Object found, int depth)
      throws UnreadableException {
    boolean nilByDefault =
        field.pointer() || field.shape() != Shape.ONE || field.kind() == Kind.BYTES;
    if (found == null && nilByDefault) {
      if (!field.omitEmpty() && !field.isInline()) {
        object.put(field.name(), null);
      }
      return;
    }
    Object present = found == null ? empty(field.kind()) : found;
    if (field.isInline()) {
      Message inline = schema.message(field.message());
      addTo(object, inline, (WireReader) present, depth + 1);
      return;
    }
    nodes.add();
    boolean decoded = field.shape() != Shape.ONE;
    Object value = decoded ? present : value(field, present, depth);
    boolean omitted =
        value == null
            ? field.omitZero()
            : field.omitEmpty() && !field.pointer() && isEmpty(value, field);
    if (!omitted) {
      object.put(field.name(), value);
    }
  }

  private static boolean isEmpty(Object value, Field field) {
    return switch (field.kind()) {
      case BOOL, INT32, INT64, STRING, BYTES ->
          field.shape() == Shape.ONE
              && (Objects.equals(value, false) || value.equals(0L) || value.equals(""));
      default -> false; // a structure, which is never empty for Go, or a list that has members
    };
  }
}
