package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValuesTest {
  @ParameterizedTest
  @EnumSource
  void theSameSeedGivesTheSameKeysAndValues(Values values) {
    Values.Generator one = values.generator(7);
    Values.Generator other = values.generator(7);

    for (int i = 0; i < 20; i++) {
      assertThat(one.key(i)).isEqualTo(other.key(i));
      assertThat(one.value(i)).isEqualTo(other.value(i)).hasSizeBetween(1024, 8192);
    }
  }

  @Test
  void whatLooksLikeJsonIsJson() throws Exception {
    byte[] value = Values.JSON.generator(7).value(3);

    assertThat(new ObjectMapper().readTree(value).at("/metadata/name").asText()).isEqualTo("web-3");
  }
}
