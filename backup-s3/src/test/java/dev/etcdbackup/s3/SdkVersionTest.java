package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SdkVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"2.25.70", "2.29.52", "2.1.0"})
  void anOlderSdkIsRefusedByName(String version) {
    assertThatThrownBy(() -> SdkVersion.requireSupported(version))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("version " + version)
        .hasMessageContaining("2.30.0 or later");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.30.0", "2.57.8", "2.100.0-SNAPSHOT", "3.0.0", "unknown", ""})
  void anySdkThatMayDoIsAccepted(String version) {
    assertThatCode(() -> SdkVersion.requireSupported(version)).doesNotThrowAnyException();
  }

  @Test
  void theSdkOfThisBuildIsAccepted() {
    assertThatCode(SdkVersion::requireSupported).doesNotThrowAnyException();
  }
}
