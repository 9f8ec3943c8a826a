package dev.etcdbackup.kubernetes.objects;

import dev.etcdbackup.snapshot.KeyCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over the objects of a snapshot, in the order of their keys. Stands before the first at
 * the beginning.
 *
 * <p>For one thread, while the snapshot is open. Holds what {@link KeyCursor} holds; a value is
 * read and decoded when {@link #object()} is called, and takes up to 100 MiB when it was crafted
 * for that, some ten times its size otherwise.
 */
public final class ObjectCursor {
  private final KeyCursor keys;
  private final int prefixLength;
  private final EncryptionKeys encryptionKeys;

  ObjectCursor(KeyCursor keys, int prefixLength, EncryptionKeys encryptionKeys) {
    this.keys = keys;
    this.prefixLength = prefixLength;
    this.encryptionKeys = encryptionKeys;
  }

  /**
   * Goes to the next object.
   *
   * @return false when there is none
   */
  public boolean next() {
    return keys.next();
  }

  /**
   * What the key of the object says. Reads nothing from the snapshot.
   *
   * @return the key
   */
  public ObjectKey key() {
    byte[] key = keys.key();
    return ObjectKey.parse(
        new String(key, prefixLength, key.length - prefixLength, StandardCharsets.UTF_8));
  }

  /**
   * The key in etcd.
   *
   * @return its bytes, a new array
   */
  public byte[] etcdKey() {
    return keys.key();
  }

  /**
   * The revision in which it was last written, which is its {@code resourceVersion}.
   *
   * @return the revision
   */
  public long modRevision() {
    return keys.modRevision();
  }

  /**
   * How long the value is in etcd.
   *
   * @return bytes
   */
  public int storedBytes() {
    return keys.valueLength();
  }

  /**
   * Reads and decodes the object.
   *
   * @return the object; one that cannot be decoded says why
   * @throws dev.etcdbackup.CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public StoredObject object() throws IOException {
    return new StoredObject(key(), DecodedValue.of(keys.key(), keys.value(), encryptionKeys));
  }
}
