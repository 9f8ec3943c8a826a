package dev.etcdbackup.kubernetes.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object of Kubernetes as it is stored: decoded, or with the reason why it is not. What cannot
 * be decoded is still named, by its key in etcd.
 *
 * <p>Immutable and thread-safe.
 */
public final class StoredObject {
  /** How the value is stored; for an encrypted one that was decrypted, what was in it. */
  public enum Form {
    /** In Protocol Buffers, as Kubernetes' own kinds are. */
    PROTOBUF,
    /** In JSON, as custom resources are. */
    JSON,
    /** Encrypted, and not decrypted. */
    ENCRYPTED,
    /** In none of these, or damaged, or of a kind that is not known. */
    UNREADABLE
  }

  private final ObjectKey key;
  private final DecodedValue value;

  StoredObject(ObjectKey key, DecodedValue value) {
    this.key = key;
    this.value = value;
  }

  /**
   * What the key says.
   *
   * @return the key
   */
  public ObjectKey key() {
    return key;
  }

  /**
   * How the value is stored.
   *
   * @return the form
   */
  public Form form() {
    return value.form();
  }

  /**
   * Why there is no manifest.
   *
   * @return a sentence about the value without its subject, "is encrypted with …"; empty when there
   *     is a manifest
   */
  public Optional<String> problem() {
    return Optional.ofNullable(value.problem());
  }

  /**
   * With what the value is encrypted in etcd.
   *
   * @return the key and its provider, whether it was decrypted or not; empty when it is not
   *     encrypted
   */
  public Optional<Encryption> encryption() {
    return Optional.ofNullable(value.encryption());
  }

  /**
   * How many fields are stored that Kubernetes 1.34 does not know. They are missing in the
   * manifest.
   *
   * @return the number, 0 for JSON
   */
  public int unknownFields() {
    return value.unknownFields();
  }

  /**
   * The version in which it is stored.
   *
   * @return group and version, {@code apps/v1}; empty when the value does not say it
   */
  public String apiVersion() {
    return value.apiVersion();
  }

  /**
   * The kind.
   *
   * @return the kind; empty when the value does not say it
   */
  public String kind() {
    return value.kind();
  }

  /**
   * The namespace.
   *
   * @return the namespace, empty when there is none
   */
  public String namespace() {
    return value.manifest() == null ? key.namespace() : metadata("namespace", "");
  }

  /**
   * The name.
   *
   * @return the name
   */
  public String name() {
    return metadata("name", key.name());
  }

  /**
   * The uid.
   *
   * @return the uid; empty when there is none or it is not known
   */
  public String uid() {
    return metadata("uid", "");
  }

  /**
   * The objects on which it depends.
   *
   * @return the references, in their order
   */
  public List<OwnerReference> owners() {
    List<OwnerReference> owners = new ArrayList<>();
    if (metadata().get("ownerReferences") instanceof List<?> references) {
      for (Object one : references) {
        if (one instanceof Map<?, ?> owner) {
          owners.add(
              new OwnerReference(
                  text(owner.get("kind")),
                  text(owner.get("name")),
                  text(owner.get("uid")),
                  Boolean.TRUE.equals(owner.get("controller"))));
        }
      }
    }
    return owners;
  }

  /**
   * The content, secrets included.
   *
   * @return the manifest; empty when it cannot be decoded
   */
  public Optional<Manifest> manifest() {
    return Optional.ofNullable(value.manifest());
  }

  /**
   * Whether it is of a kind. What cannot be decoded is matched by its resource alone.
   *
   * @param kind the kind or the resource, in any case: {@code Pod}, {@code pods}; with a dot and
   *     the group after it for this group alone, {@code Certificate.cert-manager.io}
   * @return true when it is
   */
  public boolean isOf(String kind) {
    String wanted = kind.toLowerCase(Locale.ROOT);
    int dot = wanted.indexOf('.');
    String group = dot < 0 ? null : wanted.substring(dot + 1);
    String name = dot < 0 ? wanted : wanted.substring(0, dot);
    if (group != null && !group.equals(group())) {
      return false;
    }
    if (name.equals(kind().toLowerCase(Locale.ROOT)) || name.equals(key.resource())) {
      return true;
    }
    return kind().isEmpty() && plurals(name).contains(key.resource());
  }

  private String group() {
    int slash = apiVersion().indexOf('/');
    return slash < 0 ? key.group() : apiVersion().substring(0, slash);
  }

  private static List<String> plurals(String kind) {
    return List.of(kind + "s", kind + "es", kind.replaceFirst("y$", "ies"));
  }

  private Map<?, ?> metadata() {
    Manifest manifest = value.manifest();
    return manifest != null && manifest.fields().get("metadata") instanceof Map<?, ?> metadata
        ? metadata
        : Map.of();
  }

  private String metadata(String field, String otherwise) {
    String found = text(metadata().get(field));
    return found.isEmpty() ? otherwise : found;
  }

  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }

  /** {@code KIND NAMESPACE/NAME}. */
  @Override
  public String toString() {
    String what = kind().isEmpty() ? key.resource() : kind();
    return what + " " + (namespace().isEmpty() ? "" : namespace() + "/") + name();
  }
}
