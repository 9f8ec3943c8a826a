package dev.etcdbackup.retention;

import dev.etcdbackup.name.BackupName;

/**
 * Sorts a long listing by key.
 *
 * <p>The keys of a series differ in a few characters. The eight characters after the common prefix
 * are packed into a number, by which the listing is sorted.
 */
final class KeyOrder {
  private static final int HEAD = 8;
  private static final int BITS = 7;
  private static final int NOT_ASCII =
      127; // or DEL: a key with such a character here is compared completely

  private KeyOrder() {}

  /**
   * Sorts.
   *
   * @param keys the texts of the keys, in any order; the array is not changed
   * @return the places of the keys in their order
   * @throws IllegalArgumentException when two keys are equal: a sort compares all that will be
   *     adjacent, so it finds them
   */
  static int[] of(String[] keys) {
    return NumberedSort.of(HEAD * BITS, heads(keys), (a, b) -> compareDistinct(keys[a], keys[b]));
  }

  private static int compareDistinct(String one, String other) {
    int order = BackupName.compareUtf8(one, other);
    if (order == 0) {
      throw new IllegalArgumentException("backups must have distinct keys, and two have " + one);
    }
    return order;
  }

  /** Returns for each text the characters after what all begin with. */
  private static long[] heads(String[] texts) {
    int shortest = Integer.MAX_VALUE;
    for (String text : texts) {
      shortest = Math.min(shortest, text.length());
    }
    long[] heads = new long[texts.length];
    String alike = texts.length == 0 ? "" : texts[0].substring(0, shortest);
    for (int i = 0; i < heads.length; i++) {
      if (texts[i].startsWith(alike)) {
        heads[i] = head(texts[i], alike.length());
      } else {
        alike = alike.substring(0, commonLength(alike, texts[i]));
        i = -1; // again from the beginning, of which little has passed as a rule
      }
    }
    return heads;
  }

  private static int commonLength(String one, String other) {
    int length = 0;
    int shorter = Math.min(one.length(), other.length());
    while (length < shorter && one.charAt(length) == other.charAt(length)) {
      length++;
    }
    return length;
  }

  /** Returns a number that is smaller only for a text that comes first, given an equal prefix. */
  private static long head(String text, int from) {
    long head = 0;
    boolean ascii = true;
    for (int i = from; i < from + HEAD; i++) {
      int c = ascii && i < text.length() ? Math.min(text.charAt(i), NOT_ASCII) : 0;
      ascii = ascii && c < NOT_ASCII;
      head = head << BITS | c;
    }
    return head;
  }
}
