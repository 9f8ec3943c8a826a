package dev.etcdbackup.snapshot;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys, by their bytes as unsigned numbers.
 *
 * <p>Immutable and thread-safe; copies what it is given and what it gives.
 */
public final class KeyRange {
  private static final KeyRange ALL = new KeyRange(new byte[0], null);

  private final byte[] from;
  private final byte @Nullable [] to;

  private KeyRange(byte[] from, byte @Nullable [] to) {
    this.from = from;
    this.to = to;
  }

  /**
   * All keys.
   *
   * @return the range
   */
  public static KeyRange all() {
    return ALL;
  }

  /**
   * One key.
   *
   * @param key the key
   * @return the range
   */
  public static KeyRange of(byte[] key) {
    return new KeyRange(key.clone(), Arrays.copyOf(key, key.length + 1));
  }

  /**
   * The keys that begin with a prefix.
   *
   * @param prefix the prefix; empty for all keys
   * @return the range
   */
  public static KeyRange prefix(byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && prefix[length - 1] == (byte) 0xff) {
      length--;
    }
    if (length == 0) {
      return from(prefix);
    }
    byte[] to = Arrays.copyOf(prefix, length);
    to[length - 1]++;
    return new KeyRange(prefix.clone(), to);
  }

  /**
   * The keys from one, included, to another, not included.
   *
   * @param from the first
   * @param to the first beyond; a range that ends before it begins is empty
   * @return the range
   */
  public static KeyRange between(byte[] from, byte[] to) {
    return new KeyRange(from.clone(), to.clone());
  }

  /**
   * The keys from one on, included.
   *
   * @param from the first
   * @return the range
   */
  public static KeyRange from(byte[] from) {
    return new KeyRange(from.clone(), null);
  }

  /**
   * Where the range begins.
   *
   * @return the first key
   */
  public byte[] from() {
    return from.clone();
  }

  /**
   * Where the range ends.
   *
   * @return the first key beyond; empty when there is no end
   */
  public Optional<byte[]> to() {
    return to == null ? Optional.empty() : Optional.of(to.clone());
  }

  /**
   * Whether a key lies in the range.
   *
   * @param key the key
   * @return true when it does
   */
  public boolean contains(byte[] key) {
    return contains(key, 0, key.length);
  }

  boolean contains(byte[] array, int begin, int end) {
    return Arrays.compareUnsigned(array, begin, end, from, 0, from.length) >= 0
        && (to == null || Arrays.compareUnsigned(array, begin, end, to, 0, to.length) < 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyRange that
        && Arrays.equals(from, that.from)
        && Arrays.equals(to, that.to);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
  }

  /** The bounds in hex. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return "[" + hex.formatHex(from) + ", " + (to == null ? "..." : hex.formatHex(to)) + ")";
  }
}
