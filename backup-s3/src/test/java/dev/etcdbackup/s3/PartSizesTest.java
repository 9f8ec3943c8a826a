package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartSizesTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long DEFAULT = 12 * MIB;

  @Test
  void partsOfASmallBackupHaveTheSmallestSize() {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.of(GIB));
    assertThat(sizes.of(1)).isEqualTo((int) DEFAULT);
    assertThat(sizes.of(4_000)).isEqualTo((int) DEFAULT);
  }

  @Test
  void threePartsOfAHundredGibTake36MibWhenTheSizeIsAnnounced() {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.of(100 * GIB));
    assertThat(3L * largestPart(sizes, 100 * GIB)).isEqualTo(36 * MIB);
    assertThat(new PartSizes(DEFAULT, OptionalLong.of(105 * GIB)).of(1)).isEqualTo((int) DEFAULT);
    assertThat(new PartSizes(DEFAULT, OptionalLong.of(106 * GIB)).of(1))
        .isGreaterThan((int) DEFAULT);
  }

  @Test
  void threePartsTakeWhatTheJavadocSaysWhenTheSizeIsNotAnnounced() {
    PartSizes sizes = new PartSizes(DEFAULT, OptionalLong.empty());
    assertThat(3L * largestPart(sizes, 46 * GIB)).isEqualTo(36 * MIB);
    assertThat(3L * largestPart(sizes, 62 * GIB)).isEqualTo(72 * MIB);
    assertThat(3L * largestPart(sizes, 93 * GIB)).isEqualTo(144 * MIB);
    assertThat(3L * largestPart(sizes, 100 * GIB)).isEqualTo(288 * MIB);
    assertThat(sizes.capacity()).isBetween(2_970 * GIB, 3_070 * GIB);
  }

  @ParameterizedTest(name = "{0} GiB announced")
  @ValueSource(longs = {0, 1, 30, 46, 47, 52, 53, 54, 100, 1_000, 5_120, 8_000})
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
