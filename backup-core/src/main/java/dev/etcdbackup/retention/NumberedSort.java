package dev.etcdbackup.retention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Sorts a long list by a number of each element, and completely only where numbers are equal.
 *
 * <p>A sort that compares backups spends most of its time on loading them from memory. This one
 * loads each once: the number and the place in the list are packed into one {@code long}, and an
 * array of those is sorted.
 */
final class NumberedSort {
  private static final int BITS = 63;

  private NumberedSort() {}

  /**
   * Sorts.
   *
   * @param list in any order; it is not changed
   * @param bits how many bits the numbers have, at most 63; of many bits in a long list the lowest
   *     are left to the comparator
   * @param numbers a number of each element, 0 or more, which is smaller only for one that comes
   *     first
   * @param order the complete order
   * @return the sorted list; equal elements keep their order
   */
  static <T> List<T> of(List<T> list, int bits, long[] numbers, Comparator<T> order) {
    List<T> elements = new ArrayList<>(list);
    int placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(numbers.length);
    int cut = Math.max(0, bits + placeBits - BITS);
    long[] packed = new long[numbers.length];
    for (int place = 0; place < packed.length; place++) {
      packed[place] = numbers[place] >> cut << placeBits | place;
    }
    Arrays.sort(packed);
    List<T> sorted = new ArrayList<>(packed.length);
    for (long each : packed) {
      sorted.add(elements.get((int) (each & ((1L << placeBits) - 1))));
    }
    int to;
    for (int from = 0; from < packed.length; from = to) {
      to = from + 1;
      while (to < packed.length && packed[to] >> placeBits == packed[from] >> placeBits) {
        to++;
      }
      if (to - from > 1) {
        sorted.subList(from, to).sort(order);
      }
    }
    return sorted;
  }
}
