package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.ContractRun.union;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupLock.Held;
import dev.etcdbackup.testkit.WrongLock.Lease;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract is worth what it catches: each wrong lock fails the test made for it. */
class BackupLockContractTest {
  private static Supplier<WrongLock> subject = WrongLock::new;

  private final ContractRun contract = new ContractRun(Subject.class);

  static class Subject extends LeasedLockContract {
    private final WrongLock lock = subject.get();

    @Override
    protected BackupLock newReplica() {
      return lock.newReplica();
    }

    @Override
    protected void lose(Held held) {
      lock.lose(held);
    }

    @Override
    Duration patience() {
      return Duration.ofMillis(300);
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongLocks")
  void catchesALockThat(
      String isWrong, String rule, Supplier<WrongLock> lock, String[] alsoNoticedBy) {
    subject = lock;
    assertThat(contract.failing())
        .as("failing tests of a lock that %s", isWrong)
        .containsExactlyInAnyOrderElementsOf(union(rule, alsoNoticedBy));
  }

  @Test
  void acceptsTheLockFromWhichTheWrongOnesAreDerived() {
    subject = WrongLock::new;
    assertThat(contract.failing()).isEmpty();
  }

  @Test
  void noRuleIsWithoutALockThatBreaksIt() {
    assertThat(wrongLocks().map(wrong -> wrong.get()[1])).containsAll(contract.rules());
  }

  static Stream<Arguments> wrongLocks() {
    return Stream.concat(givingWrongly(), losingWrongly());
  }

  private static Stream<Arguments> givingWrongly() {
    return Stream.of(
        wrong(
            "can be confirmed once",
            "aFreeLockIsGiven",
            lock -> {
              Set<Lease> asked = ConcurrentHashMap.newKeySet();
              return lock.confirm(lease -> lease.isHolder() && asked.add(lease));
            }),
        wrong(
            "is given again to the thread that has it",
            "aHeldLockIsNotGivenToAnotherReplica",
            lock ->
                lock.take(
                    lease -> lease.takeIfFree() || (lease.isHeldHere() && lease.takeAnyway()))),
        wrong(
            "is looked at first and then taken",
            "manyThatTryAtOnceNeverHoldItTogether",
            lock -> {
              CyclicBarrier bothLooked = new CyclicBarrier(2);
              CyclicBarrier bothHold = new CyclicBarrier(2);
              return lock.take(lease -> lease.isFree() && await(bothLooked) && lease.takeAnyway())
                  .confirm(lease -> lease.isHolder() && await(bothHold));
            }),
        wrong(
            "is confirmed after it was given back",
            "whatWasGivenBackIsFree",
            lock -> {
              Set<Lease> lost = ConcurrentHashMap.newKeySet();
              return lock.confirm(lease -> !lost.contains(lease))
                  .lose(
                      lease -> {
                        lost.add(lease);
                        lease.giveBackAndTell();
                      });
            }),
        wrong(
            "does not mind case",
            "eachProjectHasItsOwn",
            lock -> lock.name(project -> project.toLowerCase(Locale.ROOT))),
        wrong(
            "frees whatever is held when it is closed",
            "closingAgainTakesNothingFromTheNextHolder",
            lock -> lock.close(Lease::giveBackWhateverIsThere),
            "aLostLockGoesToTheNextAndTheOldHolderCannotDisturbIt"),
        wrong(
            "calls giving back a loss",
            "aReleasedLockIsNotReportedAsLost",
            lock ->
                lock.close(
                    lease -> {
                      lease.giveBack();
                      try {
                        lease.tell();
                      } catch (AssertionError notExpected) {
                        // As a thread of its own would end with it, unseen.
                      }
                    }),
            "aLostLockIsReportedOnceAndCannotBeConfirmed"));
  }

  private static Stream<Arguments> losingWrongly() {
    String reported = "aLostLockIsReportedOnceAndCannotBeConfirmed";
    String next = "aLostLockGoesToTheNextAndTheOldHolderCannotDisturbIt";
    return Stream.of(
        wrong("is lost without a notification", reported, lock -> lock.lose(Lease::giveBack)),
        wrong(
            "calls lost twice",
            reported,
            lock ->
                lock.lose(
                    lease -> {
                      lease.giveBackAndTell();
                      lease.tell();
                    })),
        wrong(
            "confirms by what it last heard",
            reported,
            lock -> {
              Set<Lease> closed = ConcurrentHashMap.newKeySet();
              return lock.confirm(lease -> !closed.contains(lease))
                  .close(
                      lease -> {
                        closed.add(lease);
                        lease.giveBack();
                      });
            },
            next),
        wrong(
            "throws when there is nothing to give back any more",
            reported,
            lock -> {
              Set<Lease> lost = ConcurrentHashMap.newKeySet();
              return lock.lose(
                      lease -> {
                        lost.add(lease);
                        lease.giveBackAndTell();
                      })
                  .close(
                      lease -> {
                        if (lost.contains(lease)) {
                          throw new IllegalStateException("the lease is gone");
                        }
                        lease.giveBack();
                      });
            },
            next),
        wrong(
            "stays taken when it is lost",
            next,
            lock -> {
              Set<Lease> lost = ConcurrentHashMap.newKeySet();
              return lock.confirm(lease -> lease.isHolder() && !lost.contains(lease))
                  .lose(
                      lease -> {
                        lost.add(lease);
                        lease.tell();
                      });
            }));
  }

  /** Waits for another thread, for a moment. */
  private static boolean await(CyclicBarrier barrier) {
    try {
      barrier.await(50, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | BrokenBarrierException alone) {
      barrier.reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private static Arguments wrong(
      String isWrong, String rule, UnaryOperator<WrongLock> mistake, String... alsoNoticedBy) {
    Supplier<WrongLock> lock = () -> mistake.apply(new WrongLock());
    return arguments(isWrong, rule, lock, alsoNoticedBy);
  }
}
