package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8ArgumentsTest {
  private static final String[] AS_JAVA_READS_THEM = {"list", "z??rich", ""};

  private static byte[] utf8(String commandLine) {
    return commandLine.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theLastArgumentsOfTheProcessAreDecoded() throws Exception {
    assertThat(Utf8Arguments.of(AS_JAVA_READS_THEM, utf8("java\0-jar\0a.jar\0list\0zürich\0\0")))
        .containsExactly("list", "zürich", "");
  }

  @Test
  void otherArgumentsThanJavaSawAreRefused() {
    for (String commandLine : new String[] {"", "zürich\0\0", "java\0lists\0zürich\0\0"}) {
      assertRefused(utf8(commandLine));
    }
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    assertRefused("java\0list\0zürich\0\0".getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void assertRefused(byte[] commandLine) {
    assertThatThrownBy(() -> Utf8Arguments.of(AS_JAVA_READS_THEM, commandLine))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("set LC_ALL=C.UTF-8");
  }

  @Test
  void argumentsInAUtf8LocaleOrInAsciiStayAsTheyAre() throws Exception {
    String[] args = {"list", "p"};
    assertThat(Utf8Arguments.of(args)).isSameAs(args);
  }
}
