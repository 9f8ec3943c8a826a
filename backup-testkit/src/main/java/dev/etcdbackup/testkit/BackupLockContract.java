package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupLock.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * The contract of {@link BackupLock} as JUnit 5 tests. Extend this class and implement how another
 * replica creates its lock.
 *
 * <pre>{@code
 * class MyLockTest extends BackupLockContract {
 *   private final MyService service = new MyService();
 *
 *   @Override
 *   protected BackupLock newReplica() {
 *     return new MyLock(service);
 *   }
 * }
 * }</pre>
 *
 * <p>For a lock that can be lost, see {@link LeasedLockContract}.
 *
 * <p>The tests acquire and release about 300 locks. A test that takes more than 2 minutes fails.
 */
@Timeout(120)
public abstract class BackupLockContract {
  private @Nullable BackupLock first;
  private @Nullable BackupLock second;

  /** For subclasses. */
  protected BackupLockContract() {}

  /**
   * Creates the lock of another replica. All locks that are created during one test contend for the
   * same projects, and not with those of another test.
   *
   * @return the lock of another replica
   * @throws Exception when it cannot be created; the test fails
   */
  protected abstract BackupLock newReplica() throws Exception;

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
  void aHeldLockIsNotGivenToAnotherReplica() throws Exception {
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
                      assertThat(held.get().confirm()).isTrue();
                      assertThat(holders.getAndDecrement()).as("holders at once").isEqualTo(1);
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
  void aReleasedLockIsNotReportedAsLost() throws Exception {
    AtomicInteger losses = new AtomicInteger();
    Held held = first().tryAcquire("p", losses::incrementAndGet).orElseThrow();
    held.close();
    take(second(), "p").close();
    take(first(), "p").close();
    assertThat(losses).hasValue(0);
  }

  final BackupLock first() {
    return Objects.requireNonNull(first);
  }

  final BackupLock second() {
    return Objects.requireNonNull(second);
  }

  /** The maximum time that a test waits for an event. */
  Duration patience() {
    return Duration.ofMinutes(1);
  }

  /** Acquires a lock that is free or is being released. */
  final Held take(BackupLock replica, String project) throws Exception {
    long end = System.nanoTime() + patience().toNanos();
    while (System.nanoTime() - end < 0) {
      Optional<Held> held = replica.tryAcquire(project, BackupLockContract::unexpected);
      if (held.isPresent()) {
        return held.get();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("the lock of " + project + " was not acquired although it is free");
  }

  private static void unexpected() {
    throw new AssertionError("a lock was lost although it was not taken from its holder");
  }
}
