package dev.etcdbackup.operator.coreos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A reason may quote a spec of any length, and is cut to what a status can hold. */
class LongReasonTest {
  @Test
  void aReasonIsCutAndNotWithinACharacter() {
    String whole = "a".repeat(1024);
    assertThat(EtcdBackupStatus.cut(whole)).isEqualTo(whole);
    assertThat(EtcdBackupStatus.cut("a".repeat(1025))).isEqualTo("a".repeat(1023) + "…");
    assertThat(EtcdBackupStatus.cut("a".repeat(1022) + "\ud83d\ude00 and more"))
        .isEqualTo("a".repeat(1022) + "…");
  }
}
