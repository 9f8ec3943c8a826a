package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.schedule.BackupLock;
import dev.etcdbackup.schedule.BackupLock.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link BackupLock} keeps, as JUnit 5 tests: extend it, and say how another replica
 * sees the lock.
 *
 * <p>The tests take and give back some 300 locks. A test that takes more than two minutes fails.
 */
@Timeout(120)
public abstract class BackupLockContract {
  private @Nullable BackupLock first;
  private @Nullable BackupLock second;

  /** For subclasses. */
  protected BackupLockContract() {}

  /**
   * Makes the lock as one more process would have it. All that are made for one test contend for
   * the same projects; those of another test do not.
   *
   * @return the lock of one more replica
   * @throws Exception when there is none; the test fails
   */
  protected abstract BackupLock newReplica() throws Exception;

  /**
   * Takes a held lock away from its holder: expires its lease, cuts its session.
   *
   * @param held what a replica holds
   * @return false when locks of this kind cannot be lost, and nothing was done
   * @throws Exception when it cannot be done; the test fails
   */
  protected abstract boolean lose(Held held) throws Exception;

  @BeforeEach
  final void makeReplicas() throws Exception {
    first = newReplica();
    second = newReplica();
  }

  @Test
  void aFreeLockIsGiven() throws Exception {
    try (Held held = take(first(), "p")) {
      assertThat(held.confirm()).isTrue();
      assertThat(held.confirm()).isTrue();
    }
  }

  @Test
  void aHeldLockIsGivenToNobody() throws Exception {
    try (Held held = take(first(), "p")) {
      assertThat(second().tryAcquire("p", BackupLockContract::unexpected)).isEmpty();
      assertThat(first().tryAcquire("p", BackupLockContract::unexpected)).isEmpty();
      assertThat(held.confirm()).isTrue();
    }
  }

  @Test
  void whatWasGivenBackIsFree() throws Exception {
    for (BackupLock replica : List.of(first(), second(), second(), first())) {
      Held held = take(replica, "p");
      held.close();
      assertThat(held.confirm()).isFalse();
    }
  }

  @Test
  void eachProjectHasItsOwn() throws Exception {
    List<Held> all = new ArrayList<>();
    for (String project :
        List.of("cray-bos", "cray-bos-2", "cray", "Cray", "ä \u20ac %2F", "\"'")) {
      all.add(take(first(), project));
      assertThat(second().tryAcquire(project, BackupLockContract::unexpected))
          .as(project)
          .isEmpty();
    }
    assertThat(all).allMatch(Held::confirm);
    all.forEach(Held::close);
  }

  @Test
  void closingAgainTakesNothingFromTheNextHolder() throws Exception {
    Held old = take(first(), "p");
    old.close();
    try (Held next = take(second(), "p")) {
      old.close();
      assertThat(next.confirm()).isTrue();
      assertThat(first().tryAcquire("p", BackupLockContract::unexpected)).isEmpty();
    }
  }

  @Test
  void manyThatTryAtOnceNeverHoldItTogether() throws Exception {
    List<BackupLock> replicas = List.of(first(), second(), newReplica());
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        BackupLock replica = replicas.get(i % replicas.size());
        all.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 50 || taken.get() == 0; n++) {
                    Optional<Held> held = replica.tryAcquire("p", BackupLockContract::unexpected);
                    if (held.isPresent()) {
                      assertThat(holders.incrementAndGet()).as("holders at once").isEqualTo(1);
                      taken.incrementAndGet();
                      holders.decrementAndGet();
                      held.get().close();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(100, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    take(first(), "p").close();
  }

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
    if (!lose(held)) {
      assertStillHeld(held);
      return;
    }
    assertThat(held.confirm()).isFalse();
    lost.get(60, TimeUnit.SECONDS);
    assertThat(held.confirm()).isFalse();
    held.close();
    assertThat(told).hasValue(1);
  }

  @Test
  void aLostLockGoesToTheNextAndTheOldHolderCannotDisturbIt() throws Exception {
    Held old = first().tryAcquire("p", () -> {}).orElseThrow();
    if (!lose(old)) {
      assertStillHeld(old);
      return;
    }
    try (Held next = take(second(), "p")) {
      assertThat(old.confirm()).isFalse();
      old.close();
      assertThat(next.confirm()).isTrue();
      assertThat(first().tryAcquire("p", BackupLockContract::unexpected)).isEmpty();
    }
  }

  private BackupLock first() {
    return Objects.requireNonNull(first);
  }

  private BackupLock second() {
    return Objects.requireNonNull(second);
  }

  private static void unexpected() {
    throw new AssertionError("a lock was lost that nobody took away");
  }

  private static void assertStillHeld(Held held) {
    assertThat(held.confirm()).as("what cannot be lost is held").isTrue();
    held.close();
  }

  /** Takes a lock that is free, or will be in a moment. */
  private static Held take(BackupLock replica, String project) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() - end < 0) {
      Optional<Held> held = replica.tryAcquire(project, BackupLockContract::unexpected);
      if (held.isPresent()) {
        return held.get();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("the lock of " + project + " is not given although nobody holds it");
  }
}
