package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartSizesTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long DEFAULT = 8 * MIB;

  @Test
  void partsOfASmallBackupHaveTheSmallestSize() {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.of(GIB));
    assertThat(sizes.of(1)).isEqualTo(8 * (int) MIB);
    assertThat(sizes.of(4_000)).isEqualTo(8 * (int) MIB);
  }

  @Test
  void fourPartsOfAHundredGibTakeLessThan64MibWhenTheSizeIsAnnounced() {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.of(100 * GIB));
    assertThat(4L * largestPart(sizes, 100 * GIB)).isEqualTo(48 * MIB);
  }

  @Test
  void fourPartsTakeWhatTheJavadocSaysWhenTheSizeIsNotAnnounced() {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.empty());
    assertThat(4L * largestPart(sizes, 31 * GIB)).isEqualTo(32 * MIB);
    assertThat(4L * largestPart(sizes, 41 * GIB)).isEqualTo(64 * MIB);
    assertThat(4L * largestPart(sizes, 100 * GIB)).isEqualTo(256 * MIB);
    assertThat(sizes.capacity()).isBetween(2_600 * GIB, 2_700 * GIB);
  }

  @ParameterizedTest(name = "{0} GiB announced")
  @ValueSource(longs = {0, 1, 30, 31, 69, 70, 71, 100, 1_000, 5_120, 8_000})
  void whatIsAnnouncedFitsIntoPartsOfOneSizeAndThereIsRoomForMore(long gib) {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.of(gib * GIB));
    int first = sizes.of(1);
    assertThat(largestPart(sizes, gib * GIB)).as("the largest part used").isEqualTo(first);
    assertThat(partsFor(sizes, gib * GIB)).as("the parts used").isLessThanOrEqualTo(9_000);
    assertThat(sizes.capacity()).as("the capacity").isGreaterThan(gib * GIB + 900L * first);
  }

  @ParameterizedTest(name = "{0} bytes announced")
  @ValueSource(longs = {0, 100 << 20, 75_497_472_000L, 5L << 40, Long.MAX_VALUE})
  void sizesNeverShrinkAndNeverLeaveTheirBounds(long announced) {
    for (long smallest : new long[] {PartSizes.SMALLEST, DEFAULT, PartSizes.LARGEST}) {
      PartSizes sizes = new PartSizes(smallest, OptionalLong.of(announced));
      int last = 0;
      for (int number = 1; number <= PartSizes.MAX_PARTS; number++) {
        assertThat(sizes.of(number))
            .as("part " + number)
            .isGreaterThanOrEqualTo(Math.max(last, (int) smallest))
            .isLessThanOrEqualTo((int) PartSizes.LARGEST);
        last = sizes.of(number);
      }
    }
  }

  private static int largestPart(PartSizes sizes, long content) {
    return sizes.of(partsFor(sizes, content));
  }

  private static int partsFor(PartSizes sizes, long content) {
    int number = 1;
    for (long sum = sizes.of(1); sum < content; sum += sizes.of(number)) {
      number++;
    }
    return number;
  }
}
