package dev.etcdbackup.retention;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/**
 * Sorts the places of a long list by a number of each element, and completely only where numbers
 * are equal.
 *
 * <p>A sort that compares backups spends most of its time on loading them from memory. This one
 * loads none: the number and the place in the list are packed into one {@code long}, and an array
 * of those is sorted.
 */
final class NumberedSort {
  private static final int BITS = 63;

  private NumberedSort() {}

  /**
   * Sorts.
   *
   * @param bits how many bits the numbers have, at most 63; of many bits in a long list the lowest
   *     are left to the comparison
   * @param numbers a number of each element, 0 or more, which is smaller only for one that comes
   *     first
   * @param order the complete order, as a comparison of the elements of two places
   * @return the places in that order; those of equal elements keep theirs
   */
  static int[] of(int bits, long[] numbers, IntBinaryOperator order) {
    int placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(numbers.length);
    int cut = Math.max(0, bits + placeBits - BITS);
    long[] packed = new long[numbers.length];
    for (int place = 0; place < packed.length; place++) {
      packed[place] = numbers[place] >> cut << placeBits | place;
    }
    Arrays.sort(packed);
    int[] sorted = new int[packed.length];
    for (int i = 0; i < packed.length; i++) {
      sorted[i] = (int) (packed[i] & ((1L << placeBits) - 1));
    }
    int to;
    for (int from = 0; from < packed.length; from = to) {
      to = from + 1;
      while (to < packed.length && packed[to] >> placeBits == packed[from] >> placeBits) {
        to++;
      }
      if (to - from > 1) {
        sortRange(sorted, from, to, order);
      }
    }
    return sorted;
  }

  private static void sortRange(int[] places, int from, int to, IntBinaryOperator order) {
    Integer[] range = new Integer[to - from];
    Arrays.setAll(range, i -> places[from + i]);
    Arrays.sort(range, order::applyAsInt);
    for (int i = 0; i < range.length; i++) {
      places[from + i] = range[i];
    }
  }
}
