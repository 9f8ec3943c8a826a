package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupLock.Held;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The contract of a {@link dev.etcdbackup.BackupLock} that can be lost, because its lease expires
 * or its session ends, as JUnit 5 tests. Extend this class instead of {@link BackupLockContract},
 * and also implement how a lock is lost.
 */
public abstract class LeasedLockContract extends BackupLockContract {
  /** For subclasses. */
  protected LeasedLockContract() {}

  /**
   * Makes a holder lose its lock, for example by expiring its lease or ending its session.
   *
   * @param held the lock that a replica holds
   * @throws Exception when it cannot be done; the test fails
   */
  protected abstract void lose(Held held) throws Exception;

  @Test
  void aLostLockIsReportedOnceAndCannotBeConfirmed() throws Exception {
    AtomicInteger losses = new AtomicInteger();
    CompletableFuture<Void> lost = new CompletableFuture<>();
    Held held =
        first()
            .tryAcquire(
                "p",
                () -> {
                  losses.incrementAndGet();
                  lost.complete(null);
                })
            .orElseThrow();
    lose(held);
    assertThat(held.confirm()).isFalse();
    lost.get(patience().toMillis(), TimeUnit.MILLISECONDS);
    assertThat(held.confirm()).isFalse();
    held.close();
    assertThat(losses).hasValue(1);
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
