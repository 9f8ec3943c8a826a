package dev.etcdbackup.snapshot;

/**
 * How the use of space is summed up.
 *
 * @param depth how many parts of a key make a prefix, 1 or more; a separator at the beginning does
 *     not count
 * @param separator the byte between parts, {@code /} in most clusters
 * @param top how many of the largest and the most revised keys are listed, 0 or more
 */
public record UsageOptions(int depth, char separator, int top) {
  /** Three parts, {@code /}, and 20 keys of each kind. */
  public static final UsageOptions DEFAULT = new UsageOptions(3, '/', 20);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when one of them is out of range
   */
  public UsageOptions {
    if (depth < 1 || top < 0 || separator > 0xff) {
      throw new IllegalArgumentException(
          "depth must be 1 or more, top 0 or more and separator one byte, not "
              + depth
              + ", "
              + top
              + ", "
              + (int) separator);
    }
  }

  /**
   * The same with another depth.
   *
   * @param parts how many parts of a key make a prefix, 1 or more
   * @return the options
   * @throws IllegalArgumentException when it is less than 1
   */
  public UsageOptions withDepth(int parts) {
    return new UsageOptions(parts, separator, top);
  }

  /**
   * The same with longer or shorter lists of keys.
   *
   * @param keys how many of the largest and the most revised keys are listed, 0 or more
   * @return the options
   * @throws IllegalArgumentException when it is negative
   */
  public UsageOptions withTop(int keys) {
    return new UsageOptions(depth, separator, keys);
  }
}
