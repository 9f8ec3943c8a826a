package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class RevisionCheckTest {
  private static boolean wentBack(String... revisions) {
    Deque<String> left = new ArrayDeque<>(Arrays.asList(revisions));
    try (RevisionCheck check =
        new RevisionCheck(
            () -> {
              String next = left.remove();
              if (next.equals("away")) {
                throw new KubernetesClientException("away");
              }
              return next.equals("unknown") ? null : next;
            })) {
      for (int i = 0; i < revisions.length; i++) {
        check.look();
      }
      return check.wentBack();
    }
  }

  @Test
  void aLowerRevisionIsThatOfABackup() {
    assertThat(wentBack("99", "100", "101", "7")).isTrue();
    assertThat(wentBack("7", "away", "5", "9")).isTrue();
  }

  @Test
  void nothingElseIs() {
    assertThat(wentBack("7", "7", "away", "unknown", "a", "", "100", "100")).isFalse();
    assertThat(wentBack("9", "10")).isFalse(); // as numbers
  }
}
