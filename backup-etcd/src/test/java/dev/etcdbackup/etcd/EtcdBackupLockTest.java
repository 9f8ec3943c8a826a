package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.etcdbackup.BackupLock.Held;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the contract of locks leaves open: an etcd that is away, and what is left behind. */
@Tag("server")
@Timeout(120)
class EtcdBackupLockTest {
  private static final Duration TTL = Duration.ofSeconds(2);

  @AutoClose private static EtcdServer etcd;

  private final List<EtcdBackupLock> locks = new ArrayList<>();

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.start();
  }

  @AfterEach
  void closeAll() {
    locks.forEach(EtcdBackupLock::close);
  }

  @Test
  void noLockIsOfAProjectThatIsNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> lock().tryAcquire(null, EtcdBackupLockTest::unexpected))
        .withMessage("project");
  }

  @Test
  void itIsHeldForLongerThanItsTimeToLive() throws Exception {
    EtcdBackupLock other = lock();
    try (Held held = lock().tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow()) {
      long end = System.nanoTime() + TTL.multipliedBy(3).toNanos();
      while (System.nanoTime() - end < 0) {
        assertThat(other.tryAcquire("p", EtcdBackupLockTest::unexpected)).isEmpty();
      }
      assertThat(held.confirm()).isTrue();
    }
  }

  @Test
  void itIsLostWhenNoAnswerComesForItsTimeToLive() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (Held held = lock().tryAcquire("p", lost::countDown).orElseThrow()) {
      long paused = System.nanoTime();
      etcd.pause();
      assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - paused))
          .isBetween(TTL.dividedBy(2), TTL.plusSeconds(1));
      assertThat(held.confirm()).as("lost was called before").isFalse();
    } finally {
      etcd.resume();
    }
  }

  @Test
  void itCannotBeConfirmedWhileEtcdIsPaused() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    EtcdBackupLock patient =
        add(
            EtcdBackupLock.builder(EtcdConnection.to(etcd.endpoints()))
                .ttl(Duration.ofMinutes(1))
                .build());
    try (Held held = patient.tryAcquire("p", lost::countDown).orElseThrow()) {
      etcd.pause();
      long asked = System.nanoTime();
      assertThat(held.confirm()).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(8));
      assertThat(lost.getCount()).as("lost was called").isZero();
      etcd.resume();
      assertThat(held.confirm()).as("lost for ever").isFalse();
    } finally {
      etcd.resume();
    }
  }

  @Test
  void aRestartOfEtcdLosesNothing() throws Exception {
    EtcdBackupLock lock = add(EtcdBackupLock.builder(EtcdConnection.to(etcd.endpoints())).build());
    try (Held held = lock.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow()) {
      etcd.kill();
      etcd.restart();
      assertThat(held.confirm()).isTrue();
    }
    lock.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow().close();
  }

  @Test
  void usersThatAreChangedLoseNothing() throws Exception {
    OldTokens tokens = new OldTokens();
    EtcdBackupLock lock = add(EtcdBackupLock.builder(tokens.to(etcd)).ttl(TTL).build());
    try (Held held = lock.tryAcquire("users", EtcdBackupLockTest::unexpected).orElseThrow()) {
      tokens.changeUsers();
      assertThat(held.confirm()).isTrue();
    }
  }

  @Test
  void aKeyThatWasDeletedIsALockThatIsLost() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (Held held = lock().tryAcquire("p", lost::countDown).orElseThrow()) {
      etcd.etcdctl("del", "--prefix", "/etcd-backup/lock/p/");
      assertThat(held.confirm()).isFalse();
      assertThat(lost.getCount()).isZero();
    }
  }

  @Test
  void etcdctlLockExcludesToo() throws Exception {
    try (Held held = lock().tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow()) {
      assertThat(etcd.etcdctl("get", "--prefix", "--keys-only", "/etcd-backup/lock/p").strip())
          .isEqualTo("/etcd-backup/lock/p/" + Long.toHexString(((HeldLease) held).lease()));
    }
    etcd.etcdctl("lock", "/etcd-backup/lock/p", "true"); // waits unless it was given back
    lock().tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow().close();
  }

  @Test
  void aMissingServerIsReportedInOneLine() {
    EtcdBackupLock nowhere =
        add(EtcdBackupLock.builder(EtcdConnection.to("http://127.0.0.1:1")).build());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> nowhere.tryAcquire("p", EtcdBackupLockTest::unexpected))
        .withMessage("no lock of p from etcd at [http://127.0.0.1:1]: connection refused");
  }

  /** What was asked last ran out of time, which says less than why another could not be asked. */
  @Test
  void theReasonIsToldAlsoWhenTheLastAddressIsSilent() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      List<URI> endpoints =
          List.of(
              URI.create("http://127.0.0.1:1"),
              URI.create("http://127.0.0.1:" + silent.getLocalPort()));
      EtcdConnection connection =
          EtcdConnection.builder(endpoints).probeTimeout(Duration.ofSeconds(2)).build();
      EtcdBackupLock nowhere = add(EtcdBackupLock.builder(connection).build());
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> nowhere.tryAcquire("p", EtcdBackupLockTest::unexpected))
          .withMessageEndingWith(": connection refused");
    }
  }

  @Test
  void aMemberThatIsDownIsPassedOver() throws Exception {
    EtcdBackupLock lock =
        add(
            EtcdBackupLock.builder(
                    EtcdConnection.to(List.of(URI.create("http://127.0.0.1:1"), etcd.endpoint())))
                .build());
    try (Held held = lock.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow()) {
      assertThat(held.confirm()).isTrue();
    }
  }

  @Test
  void aSilentEtcdIsGivenUpAfterTheProbeTimeout() throws Exception {
    EtcdConnection connection =
        EtcdConnection.builder(etcd.endpoints()).probeTimeout(Duration.ofSeconds(5)).build();
    EtcdBackupLock lock = add(EtcdBackupLock.builder(connection).build());
    etcd.pause();
    try {
      long asked = System.nanoTime();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> lock.tryAcquire("p", EtcdBackupLockTest::unexpected))
          .withMessage("no lock of p from etcd at [%s]: no answer within 5s", etcd.endpoint());
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(9));
    } finally {
      etcd.resume();
    }
    lock.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow().close();
  }

  @Test
  void anInterruptEndsTheAsking() throws Exception {
    EtcdBackupLock lock = lock();
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedIOException.class)
        .isThrownBy(() -> lock.tryAcquire("p", EtcdBackupLockTest::unexpected));
    assertThat(Thread.interrupted()).isTrue();
    lock.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow().close();
  }

  @Test
  void closingGivesBackWhatIsHeldAndLeavesNoThread() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    EtcdBackupLock lock = EtcdBackupLock.builder(EtcdConnection.to(etcd.endpoints())).build();
    Held held = lock.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow();
    lock.close();
    assertThat(held.confirm()).isFalse();
    lock.close();
    held.close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> lock.tryAcquire("p", EtcdBackupLockTest::unexpected))
        .withMessage("the lock in etcd at [%s] was closed", etcd.endpoint());
    lock().tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow().close();
    closeAll();

    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!begunSince(before).isEmpty()) {
      assertThat(System.nanoTime() - end).as("%s", begunSince(before)).isNegative();
      Thread.sleep(20);
    }
  }

  @Test
  void aUserAndTlsAreTakenAndNeverShown() throws Exception {
    try (EtcdServer safe = EtcdServer.builder().tls().rootPassword("root-secret").start()) {
      EtcdTls tls = EtcdTls.trusting(safe.certificates().ca());
      EtcdBackupLock root =
          add(
              EtcdBackupLock.builder(
                      EtcdConnection.builder(safe.endpoints())
                          .tls(tls)
                          .user("root", () -> "root-secret")
                          .build())
                  .build());
      try (Held held = root.tryAcquire("p", EtcdBackupLockTest::unexpected).orElseThrow()) {
        assertThat(held.confirm()).isTrue();
        safe.restart(); // etcd forgets its tokens
        assertThat(held.confirm()).isTrue();
      }
      EtcdBackupLock unreachable =
          add(
              EtcdBackupLock.builder(EtcdConnection.builder(safe.endpoints()).tls(tls).build())
                  .build());
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> unreachable.tryAcquire("p", EtcdBackupLockTest::unexpected))
          .withMessageEndingWith("authentication is on: set user and password");
      assertThat(root).asString().doesNotContain("secret");
    }
  }

  @Test
  void whatIsSetIsHeldToItsBounds() {
    EtcdBackupLock.Builder builder = EtcdBackupLock.builder(EtcdConnection.to("http://h:1"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.keyPrefix(""))
        .withMessage("keyPrefix must be one character or more, not none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdBackupLock.builder(EtcdConnection.to()))
        .withMessage("etcd endpoints must be one or more, not none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdBackupLock.builder(EtcdConnection.to("127.0.0.1:2379")))
        .withMessageContaining("must be http://HOST:PORT");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdBackupLock.builder(EtcdConnection.to("http://h:1", "https://h:2")))
        .withMessageContaining(
            "must be all http:// or all https://, not [http://h:1, https://h:2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1S", "PT2.5S", "PT1H1S", "PT-3S"})
  void aTimeToLiveIsWholeSecondsUpToAnHour(Duration ttl) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtcdBackupLock.builder(EtcdConnection.to("http://h:1")).ttl(ttl))
        .withMessage("ttl must be whole seconds, 2 seconds to 1 hour, not " + ttl);
  }

  private EtcdBackupLock lock() {
    return add(EtcdBackupLock.builder(EtcdConnection.to(etcd.endpoints())).ttl(TTL).build());
  }

  private EtcdBackupLock add(EtcdBackupLock lock) {
    locks.add(lock);
    return lock;
  }

  private static Set<Thread> begunSince(Set<Thread> before) {
    Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
    now.removeAll(before);
    return now;
  }

  private static void unexpected() {
    throw new AssertionError("a lock was reported lost that was not taken away");
  }
}
