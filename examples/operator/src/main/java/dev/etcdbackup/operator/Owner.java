package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Objects;

/**
 * A resource that asks for something: its kind and name, and the uid that no other resource ever
 * has, even one of the same name.
 *
 * @param apiVersion {@code GROUP/VERSION}
 * @param kind the kind
 * @param id namespace and name
 * @param uid the uid
 * @param created when it was created, as Kubernetes writes times; empty when that is not known
 */
public record Owner(String apiVersion, String kind, ResourceID id, String uid, String created) {
  /**
   * Returns the owner that a resource is.
   *
   * @param resource a resource as the API server has it
   * @return the owner
   */
  public static Owner of(HasMetadata resource) {
    return new Owner(
        resource.getApiVersion(),
        resource.getKind(),
        ResourceID.fromResource(resource),
        resource.getMetadata().getUid(),
        Objects.requireNonNullElse(resource.getMetadata().getCreationTimestamp(), ""));
  }

  /** Returns the namespace, empty when there is none. */
  public String namespace() {
    return id.getNamespace().orElse("");
  }

  boolean hasNameOf(Owner other) {
    return apiVersion.equals(other.apiVersion) && kind.equals(other.kind) && id.equals(other.id);
  }

  /**
   * Whether this one was created before another one. Times of creation are whole seconds; of two of
   * the same second, as those of one file of manifests are, the names decide, and not which of them
   * is seen first.
   */
  boolean isOlderThan(Owner other) {
    int order = created.compareTo(other.created);
    return !created.isEmpty() && (order == 0 ? toString().compareTo(other.toString()) : order) < 0;
  }

  /** Returns the resource as an event names it. */
  ObjectReference reference() {
    return new ObjectReferenceBuilder()
        .withApiVersion(apiVersion)
        .withKind(kind)
        .withNamespace(namespace())
        .withName(id.getName())
        .withUid(uid)
        .build();
  }

  /** Names the resource for people. */
  @Override
  public String toString() {
    return kind + " " + namespace() + "/" + id.getName();
  }
}
