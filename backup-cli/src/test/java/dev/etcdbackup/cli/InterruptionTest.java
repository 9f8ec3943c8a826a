package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InterruptionTest {
  /** Once the hooks are done, an exit with a code of its own would win over the signal. */
  @Test
  void whatASignalEndedDoesNotEndTheProcess() throws Exception {
    Interruption interruption = Interruption.none();
    Thread worker = Thread.currentThread();
    Thread signal = new Thread(() -> interruption.interrupt(worker));
    signal.start();
    assertThatThrownBy(() -> new CountDownLatch(1).await(1, TimeUnit.MINUTES))
        .isInstanceOf(InterruptedException.class);
    assertThat(interruption.end(ExitCode.STORE_FAILED)).isTrue();
    signal.join();
  }

  @Test
  void whatEndedBeforeASignalEndsTheProcess() {
    Interruption interruption = Interruption.none();
    assertThat(interruption.end(ExitCode.DONE)).isFalse();
    interruption.interrupt(Thread.currentThread());
    assertThat(Thread.interrupted()).isFalse();
  }
}
