package dev.etcdbackup.snapshot;

import java.util.Arrays;

/**
 * A key with its value, as {@code etcdctl get} returns it.
 *
 * <p>Immutable and thread-safe.
 */
public final class KeyValue {
  private final byte[] key;
  private final byte[] value;
  private final long createRevision;
  private final long modRevision;
  private final long version;
  private final long lease;

  private KeyValue(KeyCursor at, byte[] value) {
    this.key = at.key();
    this.value = value;
    this.createRevision = at.createRevision();
    this.modRevision = at.modRevision();
    this.version = at.version();
    this.lease = at.lease();
  }

  private KeyValue(Event put) {
    this.key = copy(put.array(), put.keyOffset, put.keyLength);
    this.value = copy(put.array(), put.valueOffset, put.valueLength);
    this.createRevision = put.createRevision;
    this.modRevision = put.main;
    this.version = put.version;
    this.lease = put.lease;
  }

  private static byte[] copy(byte[] array, int from, int length) {
    return Arrays.copyOfRange(array, from, from + length);
  }

  /** The key that an event puts, with its value. */
  static KeyValue of(Event put) {
    return new KeyValue(put);
  }

  /** The key at which a cursor stands, with its value. */
  static KeyValue of(KeyCursor at, byte[] value) {
    return new KeyValue(at, value);
  }

  /**
   * The key.
   *
   * @return its bytes, a new array
   */
  public byte[] key() {
    return key.clone();
  }

  /**
   * The value.
   *
   * @return its bytes, a new array
   */
  public byte[] value() {
    return value.clone();
  }

  /**
   * The revision in which the key was created.
   *
   * @return the revision
   */
  public long createRevision() {
    return createRevision;
  }

  /**
   * The revision in which the key was last put.
   *
   * @return the revision
   */
  public long modRevision() {
    return modRevision;
  }

  /**
   * How often the key was put since it was created.
   *
   * @return the number, 1 or more
   */
  public long version() {
    return version;
  }

  /**
   * The lease to which the key is attached.
   *
   * @return its id, 0 for none
   */
  public long lease() {
    return lease;
  }
}
