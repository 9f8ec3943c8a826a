package dev.etcdbackup.s3;

import java.util.OptionalLong;

/**
 * How large the parts of one upload are, so that the 10,000 parts that S3 allows suffice.
 *
 * <p>All parts have one size as long as the content is no larger than announced, with at least
 * 1,000 parts to spare. Content that is larger, or was not announced, gets parts that double again
 * and again after that, up to 1 GiB. From 12 MiB on and nothing announced, the parts are 12 MiB up
 * to 46 GiB of content, 24 MiB up to 62 GiB, 48 MiB up to 93 GiB, 96 MiB at 100 GiB; 2.9 TiB fit.
 *
 * <p>12 MiB are three of the stripes of 4 MiB in which RGW stores an object.
 */
final class PartSizes {
  static final int MAX_PARTS = 10_000;
  static final long SMALLEST = 5L << 20; // S3's own limit, except for the last part
  static final long LARGEST = 1L << 30; // what a Java array can hold, rounded down

  private static final int MIB = 1 << 20;
  private static final int PLANNED_AT_LEAST = 4_000;
  private static final int PLANNED_AT_MOST = 9_000;
  private static final int DOUBLINGS = 9;

  private final long first;
  private final int planned;
  private final int between; // parts from one doubling to the next

  PartSizes(long smallest, OptionalLong expected) {
    long announced = expected.orElse(0);
    first = Math.min(LARGEST, Math.max(smallest, wholeMib(ceilDiv(announced, PLANNED_AT_MOST))));
    long needed = ceilDiv(announced, first);
    planned = (int) Math.min(PLANNED_AT_MOST, Math.max(PLANNED_AT_LEAST, needed));
    between = (MAX_PARTS - planned) / DOUBLINGS;
  }

  /** The size in bytes of a part; they are counted from 1. */
  int of(int number) {
    int doublings = number <= planned ? 0 : 1 + (number - planned - 1) / between;
    return (int) Math.min(LARGEST, first << Math.min(doublings, DOUBLINGS));
  }

  /** How many bytes fit into all parts together. */
  long capacity() {
    long sum = 0;
    for (int number = 1; number <= MAX_PARTS; number++) {
      sum += of(number);
    }
    return sum;
  }

  private static long wholeMib(long bytes) {
    return ceilDiv(bytes, MIB) * MIB;
  }

  private static long ceilDiv(long a, long b) {
    return a / b + (a % b == 0 ? 0 : 1);
  }
}
