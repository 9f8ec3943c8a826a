package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RenewedLeaseTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<String> lost = new ArrayList<>();

  private RenewedLease granted(Duration ttl, Duration ago) {
    return new RenewedLease(ttl, System.nanoTime() - ago.toNanos(), lost::add);
  }

  @Test
  void itIsGoodForItsTimeToLiveAfterTheRequestAndThenLostOnce() {
    assertThat(granted(HOUR, Duration.ofMinutes(59)).isGood()).isTrue();
    RenewedLease old = granted(HOUR, HOUR);
    assertThat(old.isGood()).isFalse();
    assertThat(old.renewed(System.nanoTime())).as("too late").isFalse();
    assertThat(old.lose("again")).isFalse();
    assertThat(lost).containsExactly("it could not be renewed for 1h");
  }

  @Test
  void aRenewalCountsFromWhenItWasSent() {
    RenewedLease lease = granted(HOUR, Duration.ofMinutes(30));
    long sent = System.nanoTime() - Duration.ofMinutes(40).toNanos();
    assertThat(lease.renewed(sent)).as("an older one shortens nothing").isTrue();
  }

  @Test
  void itIsRenewedWhenAThirdHasPassedAndSoonerAfterAFailure() throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try {
      Duration ttl = Duration.ofSeconds(3);
      RenewedLease lease = granted(ttl, Duration.ZERO);
      CountDownLatch renewals = new CountDownLatch(3);
      long begun = System.nanoTime();
      lease.renewBy(
          timer,
          () -> {
            renewals.countDown();
            lease.renewSoon();
          });
      assertThat(renewals.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(System.nanoTime() - begun)
          .isBetween(ttl.toNanos() / 3, ttl.toNanos() / 3 + ttl.toNanos());
    } finally {
      timer.shutdownNow();
    }
  }

  @Test
  void noAnswerIsAskedForAgainUntilPatienceEnds() {
    RenewedLease lease = granted(HOUR, Duration.ZERO);
    int[] calls = {0};
    boolean confirmed =
        lease.confirm(
            Duration.ofSeconds(20),
            left -> {
              assertThat(left).isBetween(Duration.ZERO, Duration.ofSeconds(20));
              if (++calls[0] < 3) {
                throw new IOException("no answer");
              }
              return lease.renewed(System.nanoTime());
            });
    assertThat(confirmed).isTrue();
    assertThat(calls[0]).isEqualTo(3);

    assertThat(
            lease.confirm(
                Duration.ofMillis(150),
                left -> {
                  throw new IOException("no answer");
                }))
        .isFalse();
    assertThat(lost).containsExactly("it cannot be confirmed: no answer");
  }

  @Test
  void anInterruptGivesItUpWithoutALoss() {
    RenewedLease lease = granted(HOUR, Duration.ZERO);
    assertThat(
            lease.confirm(
                HOUR,
                left -> {
                  throw new InterruptedIOException();
                }))
        .isFalse();
    assertThat(lease.isGood()).isFalse();
    assertThat(lost).isEmpty();
  }

  @Test
  void itEndsOnceAndSaysWhetherItWasHeld() {
    List<Boolean> ends = new ArrayList<>();
    RenewedLease lease = granted(HOUR, Duration.ZERO);
    lease.close(ends::add);
    lease.close(ends::add);
    RenewedLease gone = granted(HOUR, Duration.ZERO);
    gone.lose("it was taken over");
    gone.close(ends::add);
    assertThat(ends).containsExactly(true, false);
    assertThat(lease.isGood()).isFalse();
    assertThat(lost).containsExactly("it was taken over");
  }
}
