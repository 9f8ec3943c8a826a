package dev.etcdbackup.kubernetes.objects;

/**
 * An object on which another one depends: when it is deleted, Kubernetes deletes the other too.
 *
 * @param kind its kind
 * @param name its name; it is in the same namespace, or in none
 * @param uid its uid, by which Kubernetes finds it
 * @param controller whether it is the one that manages the object
 */
public record OwnerReference(String kind, String name, String uid, boolean controller) {
  /** {@code KIND/NAME}. */
  @Override
  public String toString() {
    return kind + "/" + name;
  }
}
