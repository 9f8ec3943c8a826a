package dev.etcdbackup.kubernetes.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The content of an object as Kubernetes shows it, as a tree: maps from texts, lists, texts, {@link
 * Boolean}, {@link Long}, {@link java.math.BigInteger} and {@link java.math.BigDecimal}, and null.
 * Writing it as JSON or YAML is up to the caller.
 *
 * <p>Immutable as long as nothing is changed in {@link #fields()}.
 *
 * @param fields the fields, {@code apiVersion} and {@code kind} first
 */
public record Manifest(Map<String, @Nullable Object> fields) {
  private static final List<String> SET_BY_SERVERS =
      List.of(
          "uid",
          "resourceVersion",
          "generation",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "selfLink",
          "managedFields",
          "ownerReferences");
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  /**
   * The manifest without what API servers and controllers set: the status, and of the metadata uid,
   * resourceVersion, generation, times, managedFields and ownerReferences. What is left is for
   * {@code kubectl apply}.
   *
   * @return the other manifest
   */
  public Manifest withoutServerFields() {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>(fields);
    copy.remove("status");
    if (fields.get("metadata") instanceof Map<?, ?> metadata) {
      Map<String, @Nullable Object> kept = copy(metadata);
      SET_BY_SERVERS.forEach(kept::remove);
      copy.put("metadata", kept);
    }
    return new Manifest(copy);
  }

  /**
   * The manifest with the values of a Secret hidden: each is replaced by how long it is in Base64,
   * and the annotation in which kubectl keeps them is left out. Objects of other kinds stay as they
   * are.
   *
   * @return the other manifest
   */
  public Manifest withHiddenSecrets() {
    if (!isSecret()) {
      return this;
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>(fields);
    for (String name : List.of("data", "stringData")) {
      if (fields.get(name) instanceof Map<?, ?> values) {
        Map<String, @Nullable Object> hidden = new LinkedHashMap<>();
        values.forEach((key, value) -> hidden.put(String.valueOf(key), hidden(value)));
        copy.put(name, hidden);
      } else if (fields.get(name) != null) {
        copy.put(name, hidden(fields.get(name)));
      }
    }
    if (fields.get("metadata") instanceof Map<?, ?> metadata
        && metadata.get("annotations") instanceof Map<?, ?> annotations
        && annotations.containsKey(LAST_APPLIED)) {
      Map<String, @Nullable Object> kept = copy(annotations);
      kept.remove(LAST_APPLIED);
      Map<String, @Nullable Object> other = copy(metadata);
      other.put("annotations", kept);
      copy.put("metadata", other);
    }
    return new Manifest(copy);
  }

  private boolean isSecret() {
    return "Secret".equals(fields.get("kind")) && "v1".equals(fields.get("apiVersion"));
  }

  private static String hidden(@Nullable Object value) {
    return value instanceof String text ? "(hidden, " + text.length() + " characters)" : "(hidden)";
  }

  private static Map<String, @Nullable Object> copy(Map<?, ?> map) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }

  /**
   * Which fields differ in another manifest, without their values.
   *
   * @param other the other
   * @return the paths of the fields, {@code spec.replicas} and {@code spec.containers[0].image}; of
   *     a field that only one of them has, its own path and not those below it
   */
  public List<String> differences(Manifest other) {
    List<String> paths = new ArrayList<>();
    compare("", fields, other.fields, paths);
    return paths;
  }

  /** Returns the version and the kind; the content, which may be secret, is not in it. */
  @Override
  public String toString() {
    return "Manifest[" + fields.get("apiVersion") + " " + fields.get("kind") + "]";
  }

  private static void compare(
      String path, @Nullable Object one, @Nullable Object other, List<String> paths) {
    if (one instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
      TreeSet<String> names = new TreeSet<>();
      a.keySet().forEach(key -> names.add(String.valueOf(key)));
      b.keySet().forEach(key -> names.add(String.valueOf(key)));
      for (String name : names) {
        String shown = name.indexOf('.') < 0 ? name : "[" + name + "]";
        String below = path.isEmpty() || shown.startsWith("[") ? path + shown : path + "." + shown;
        compare(below, a.get(name), b.get(name), paths);
      }
    } else if (one instanceof List<?> a && other instanceof List<?> b && a.size() == b.size()) {
      for (int i = 0; i < a.size(); i++) {
        compare(path + "[" + i + "]", a.get(i), b.get(i), paths);
      }
    } else if (!Objects.equals(one, other)) {
      paths.add(path);
    }
  }
}
