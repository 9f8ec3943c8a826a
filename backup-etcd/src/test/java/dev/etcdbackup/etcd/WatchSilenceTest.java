package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatchSilenceTest {
  private final WatchSilence silence = new WatchSilence(30);

  @Test
  void aWatchIsSilentWhenTheMemberIsAheadForLongerThanTheLimit() {
    assertThat(silence.isSilent(true, 100)).isFalse();
    assertThat(silence.isSilent(true, 130)).isFalse();
    assertThat(silence.isSilent(true, 131)).isTrue();
  }

  @Test
  void theTimeOfAnIdleClusterDoesNotCount() {
    assertThat(silence.isSilent(false, 0)).isFalse();
    assertThat(silence.isSilent(false, 1_000)).isFalse();
    assertThat(silence.isSilent(true, 1_010)).isFalse();
    assertThat(silence.isSilent(true, 1_041)).isTrue();
  }

  @Test
  void anAnswerEndsTheSilenceThoughTheMemberIsAheadStill() {
    silence.isSilent(true, 0);
    silence.answered();
    assertThat(silence.isSilent(true, 40)).isFalse();
    assertThat(silence.isSilent(true, 71)).isTrue();
  }

  @Test
  void aWatchThatHasCaughtUpIsNotSilent() {
    silence.isSilent(true, 0);
    assertThat(silence.isSilent(false, 20)).isFalse();
    assertThat(silence.isSilent(true, 40)).isFalse();
  }

  @Test
  void nanoTimeMayOverflow() {
    silence.isSilent(true, Long.MAX_VALUE);
    assertThat(silence.isSilent(true, Long.MIN_VALUE)).isFalse();
    assertThat(silence.isSilent(true, Long.MIN_VALUE + 30)).isTrue();
  }
}
