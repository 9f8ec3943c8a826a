package dev.etcdbackup.kubernetes.objects;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads the objects of Kubernetes in a snapshot, without a cluster:
 *
 * <pre>{@code
 * ObjectCursor objects = KubernetesObjects.DEFAULT.read(snapshot);
 * while (objects.next()) {
 *   System.out.println(objects.object());
 * }
 * }</pre>
 *
 * <p>What comes out is what Kubernetes 1.34 shows of the stored value, before defaults and
 * conversions to other versions of the API. A field that Kubernetes sets while it reads, {@code
 * resourceVersion}, is not there; see {@link ObjectCursor#modRevision()}.
 *
 * <p>Immutable and thread-safe.
 */
public final class KubernetesObjects {
  /** Those under {@code /registry/}, without keys. */
  public static final KubernetesObjects DEFAULT =
      new KubernetesObjects("/registry/", EncryptionKeys.NONE);

  private final String prefix;
  private final EncryptionKeys keys;

  private KubernetesObjects(String prefix, EncryptionKeys keys) {
    this.prefix = prefix;
    this.keys = keys;
  }

  /**
   * The objects under another prefix, as {@code --etcd-prefix} of the API servers says.
   *
   * @param prefix the prefix; a slash at its end is added where there is none. {@code /registry/}
   *     by default, {@code /kubernetes.io/} on OpenShift
   * @return the other reader
   */
  public KubernetesObjects under(String prefix) {
    String directory = prefix.endsWith("/") ? prefix : prefix + "/";
    return new KubernetesObjects(directory, keys);
  }

  /**
   * Decrypts values that are encrypted with certain keys. Default: none.
   *
   * @param keys the keys
   * @return the other reader
   */
  public KubernetesObjects decryptingWith(EncryptionKeys keys) {
    return new KubernetesObjects(prefix, Objects.requireNonNull(keys, "keys"));
  }

  /**
   * Finds the objects as they are at the latest revision. Reads the history once and takes what
   * {@link EtcdSnapshot#keys(KeyRange)} takes; no value is held.
   *
   * @param snapshot the snapshot, open as long as the cursor is used
   * @return the objects, in the order of their keys
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public ObjectCursor read(EtcdSnapshot snapshot) throws IOException {
    return over(snapshot.keys(range()));
  }

  /**
   * The keys of all objects, for a comparison of two snapshots.
   *
   * @return the range
   */
  public KeyRange range() {
    return KeyRange.prefix(prefix.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The objects at which another cursor stands, as that of a {@link
   * dev.etcdbackup.snapshot.DiffCursor}.
   *
   * @param keys keys of {@link #range()}; moving it moves the objects
   * @return the objects
   */
  public ObjectCursor over(KeyCursor keys) {
    return new ObjectCursor(keys, prefix.getBytes(StandardCharsets.UTF_8).length, this.keys);
  }

  /**
   * Decodes one value, from wherever it comes.
   *
   * @param etcdKey its key in etcd, with the prefix
   * @param value the value
   * @return the object; one that cannot be decoded says why
   * @throws IllegalArgumentException when the key does not begin with the prefix
   */
  public StoredObject decode(byte[] etcdKey, byte[] value) {
    if (!range().contains(etcdKey)) {
      throw new IllegalArgumentException("the key does not begin with " + prefix);
    }
    int length = prefix.getBytes(StandardCharsets.UTF_8).length;
    String path = new String(etcdKey, length, etcdKey.length - length, StandardCharsets.UTF_8);
    return new StoredObject(ObjectKey.parse(path), DecodedValue.of(etcdKey, value, keys));
  }
}
