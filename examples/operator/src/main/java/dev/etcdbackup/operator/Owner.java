package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;

/**
 * A resource that asks for something: its kind and name, and the uid that no other resource ever
 * has, even one of the same name.
 *
 * @param apiVersion {@code GROUP/VERSION}
 * @param kind the kind
 * @param id namespace and name
 * @param uid the uid
 */
public record Owner(String apiVersion, String kind, ResourceID id, String uid) {
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
        resource.getMetadata().getUid());
  }

  /** Returns the namespace, empty when there is none. */
  public String namespace() {
    return id.getNamespace().orElse("");
  }

  boolean hasNameOf(Owner other) {
    return apiVersion.equals(other.apiVersion) && kind.equals(other.kind) && id.equals(other.id);
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
