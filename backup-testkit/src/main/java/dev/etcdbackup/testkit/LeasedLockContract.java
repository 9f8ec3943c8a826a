package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupLock.Held;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What a {@link dev.etcdbackup.BackupLock} keeps besides when it can be lost: when its lease runs
 * out, or its session is cut. Extend it in place of {@link BackupLockContract}, and say how a lock
 * is lost as well.
 */
public abstract class LeasedLockContract extends BackupLockContract {
  /** For subclasses. */
  protected LeasedLockContract() {}

  /**
   * Takes a held lock away from its holder: expires its lease, cuts its session.
   *
   * @param held what a replica holds
   * @throws Exception when it cannot be done; the test fails
   */
  protected abstract void lose(Held held) throws Exception;

  @Test
  void aLostLockIsToldOnceAndCannotBeConfirmed() throws Exception {
    AtomicInteger told = new AtomicInteger();
    CompletableFuture<Void> lost = new CompletableFuture<>();
    Held held =
        first()
            .tryAcquire(
                "p",
                () -> {
                  told.incrementAndGet();
                  lost.complete(null);
                })
            .orElseThrow();
    lose(held);
    assertThat(held.confirm()).isFalse();
    lost.get(patience().toMillis(), TimeUnit.MILLISECONDS);
    assertThat(held.confirm()).isFalse();
    held.close();
    assertThat(told).hasValue(1);
  }

  @Test
  void aLostLockGoesToTheNextAndTheOldHolderCannotDisturbIt() throws Exception {
    Held old = first().tryAcquire("p", () -> {}).orElseThrow();
    lose(old);
    try (Held next = take(second(), "p")) {
      assertThat(old.confirm()).isFalse();
      old.close();
      assertThat(next.confirm()).isTrue();
      assertThat(first().tryAcquire("p", () -> {})).isEmpty();
    }
  }
}
