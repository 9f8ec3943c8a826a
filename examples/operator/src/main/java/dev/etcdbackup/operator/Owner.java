package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;

/**
 * A resource that asks for something: its kind and name, and the uid that no other resource ever
 * has, even one of the same name.
 *
 * @param kind {@code GROUP/KIND}
 * @param id namespace and name
 * @param uid the uid
 */
public record Owner(String kind, ResourceID id, String uid) {
  /**
   * Returns the owner that a resource is.
   *
   * @param resource a resource as the API server has it
   * @return the owner
   */
  public static Owner of(HasMetadata resource) {
    return new Owner(
        HasMetadata.getGroup(resource.getClass()) + "/" + resource.getKind(),
        ResourceID.fromResource(resource),
        resource.getMetadata().getUid());
  }

  /** Returns the namespace, empty when there is none. */
  public String namespace() {
    return id.getNamespace().orElse("");
  }

  boolean hasNameOf(Owner other) {
    return kind.equals(other.kind) && id.equals(other.id);
  }

  /** Names the resource for people. */
  @Override
  public String toString() {
    return kind.substring(kind.indexOf('/') + 1) + " " + namespace() + "/" + id.getName();
  }
}
