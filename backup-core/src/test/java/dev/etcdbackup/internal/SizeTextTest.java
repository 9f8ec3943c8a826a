package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTextTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1B",
    "1023, 1023B",
    "1024, 1KiB",
    "1025, 1025B",
    "1572864, 1536KiB",
    "536870912000, 500GiB",
    "2199023255552, 2TiB",
    "1152921504606846976, 1024PiB",
    "9222246136947933184, 8191PiB",
  })
  void sizesAreWrittenInTheLargestUnitAndReadAgain(long bytes, String text) {
    assertThat(SizeText.exact(bytes)).isEqualTo(text);
    assertThat(SizeText.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0B", "0PiB", "8192PiB", "999999999999999TiB"})
  void whatIsOutOfRangeIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SizeText.parse(text))
        .withMessage("'" + text + "' must be more than 0 and below 8192PiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "GiB", "5GB", "5gib", "-1B", "1.5GiB", "1 GiB", "1KiBB"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SizeText.parse(text))
        .withMessage("'" + text + "' is not a size; write 500GiB or 2TiB");
  }
}
