package dev.etcdbackup.kubernetes.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The text of a preview can be given to kubectl whatever a backup is called. */
class RestorePreviewTest {
  @Test
  void aLineBreakInALineDoesNotEndTheComment() {
    for (String lineBreak : List.of("\n", "\r\n", "\r", "\u0085", "\u2028")) {
      RestorePreview preview =
          new RestorePreview(List.of("restore p/a" + lineBreak + "kind: Secret"), List.of());
      assertThat(preview.text()).isEqualTo("# restore p/a\n# kind: Secret\n");
    }
  }
}
