package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.BackupLock.Held;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.mockwebserver.http.MockResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which requests the lock makes, and what it makes of the answers. */
@Tag("server")
@Timeout(60)
class LeaseBackupLockTest {
  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

  private final AtomicLong ticks = new AtomicLong(-1); // what is renewed must change
  private final MockApi api = MockApi.start();
  private final KubernetesClient client = api.newClient();
  private final LeaseBackupLock lock = newLock(15);

  @AfterEach
  void stop() {
    api.answer(request -> Optional.empty());
    lock.close();
    client.close();
    api.close();
  }

  @Test
  void theLeaseSaysWhoHoldsIt() throws Exception {
    Held held = lock.tryAcquire("cray-bss", () -> {}).orElseThrow();

    Lease lease = lease("etcd-backup-lock-cray-bss").get();
    assertThat(lease.getSpec().getHolderIdentity()).startsWith("operator-0_");
    assertThat(lease.getSpec().getLeaseDurationSeconds()).isEqualTo(15);
    assertThat(lease.getSpec().getLeaseTransitions()).isZero();
    assertThat(lease.getSpec().getAcquireTime().toInstant()).isEqualTo(NOW);
    assertThat(lease.getMetadata().getAnnotations())
        .containsEntry(LeaseBackupLock.PROJECT, "cray-bss");

    held.close();
    assertThat(lease("etcd-backup-lock-cray-bss").get().getSpec().getHolderIdentity()).isEmpty();
    lock.tryAcquire("cray-bss", () -> {}).orElseThrow().close();
    assertThat(lease("etcd-backup-lock-cray-bss").get().getSpec().getLeaseTransitions())
        .isEqualTo(1);
  }

  @Test
  void aProjectThatCannotBeInANameHasALeaseOfItsOwn() throws Exception {
    try (Held held = lock.tryAcquire("Ä b", () -> {}).orElseThrow()) {
      String name = ((HeldKubernetesLease) held).name();
      assertThat(name).matches("etcd-backup-lock\\.[0-9a-f]{64}");
      assertThat(lease(name).get().getMetadata().getAnnotations())
          .containsEntry(LeaseBackupLock.PROJECT, "Ä b");
    }
  }

  @Test
  void ofTwoThatWriteAtOnceTheApiServerRefusesTheSecond() throws Exception {
    client.leases().inNamespace("operators").resource(foreign("p", "")).create();
    AtomicBoolean once = new AtomicBoolean(true);
    api.answer(
        request -> {
          if (request.getMethod().equals("PUT") && once.compareAndSet(true, false)) {
            String body = request.getUtf8Body();
            String other = body.replaceAll("operator-0_[-0-9a-f]+", "other");
            MockResponse before = api.handle(MockApi.withBody(request, other));
            assertThat(before.code()).isEqualTo(200);
            return Optional.of(api.handle(MockApi.withBody(request, body)));
          }
          return Optional.empty();
        });

    assertThat(lock.tryAcquire("p", () -> {})).isEmpty();
    assertThat(lease("etcd-backup-lock-p").get().getSpec().getHolderIdentity()).isEqualTo("other");
  }

  @Test
  void aLeaseThatIsNotRenewedIsTakenOverAfterItsTimeToLive() throws Exception {
    client.leases().inNamespace("operators").resource(foreign("p", "gone")).create();
    long begin = System.nanoTime();
    Optional<Held> held = Optional.empty();
    while (held.isEmpty()) {
      held = lock.tryAcquire("p", () -> {});
      Thread.onSpinWait();
    }
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
    assertThat(held.get().confirm()).isTrue();
    assertThat(lease("etcd-backup-lock-p").get().getSpec().getLeaseTransitions()).isEqualTo(1);
    held.get().close();
  }

  @Test
  void aHolderRenews() throws Exception {
    try (LeaseBackupLock brief = newLock(2)) {
      Held held = brief.tryAcquire("p", () -> {}).orElseThrow();
      String before = lease("etcd-backup-lock-p").get().getMetadata().getResourceVersion();
      await(
          () ->
              !lease("etcd-backup-lock-p").get().getMetadata().getResourceVersion().equals(before));
      assertThat(held.confirm()).isTrue();
      held.close();
    }
  }

  @Test
  void aLockThatCannotBeRenewedForItsTimeToLiveIsLost() throws Exception {
    try (LeaseBackupLock brief = newLock(2)) {
      CompletableFuture<Long> lost = new CompletableFuture<>();
      long begin = System.nanoTime();
      Held held = brief.tryAcquire("p", () -> lost.complete(System.nanoTime())).orElseThrow();
      api.answer(request -> Optional.of(MockApi.status(503)));

      assertThat(Duration.ofNanos(lost.get(30, TimeUnit.SECONDS) - begin))
          .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(10));
      assertThat(held.confirm()).isFalse();
      held.close();
    }
  }

  @Test
  void othersMayEditTheLeaseOfAHolder() throws Exception {
    AtomicInteger losses = new AtomicInteger();
    Held held = lock.tryAcquire("p", losses::incrementAndGet).orElseThrow();
    lease("etcd-backup-lock-p")
        .edit(
            lease ->
                new LeaseBuilder(lease).editMetadata().addToLabels("a", "b").endMetadata().build());

    assertThat(held.confirm()).isTrue();
    assertThat(lease("etcd-backup-lock-p").get().getMetadata().getLabels()).containsEntry("a", "b");
    held.close();
    assertThat(losses).hasValue(0);
  }

  /** Otherwise the next run would wait for the time to live. */
  @Test
  void aLeaseThatOthersHaveEditedIsReleasedNevertheless() throws Exception {
    Held held = lock.tryAcquire("p", () -> {}).orElseThrow();
    lease("etcd-backup-lock-p")
        .edit(
            lease ->
                new LeaseBuilder(lease).editMetadata().addToLabels("a", "b").endMetadata().build());

    held.close();

    Lease left = lease("etcd-backup-lock-p").get();
    assertThat(left.getSpec().getHolderIdentity()).isEmpty();
    assertThat(left.getMetadata().getLabels()).containsEntry("a", "b");
  }

  @Test
  void anAnswerThatIsLostDoesNotLoseTheLock() throws Exception {
    Held held = lock.tryAcquire("p", () -> {}).orElseThrow();
    AtomicBoolean once = new AtomicBoolean(true);
    api.answer(
        request -> {
          if (request.getMethod().equals("PUT") && once.compareAndSet(true, false)) {
            MockResponse unused = api.handle(request); // carried out, and answered otherwise
            return Optional.of(MockApi.status(500));
          }
          return Optional.empty();
        });

    assertThat(held.confirm()).isTrue();
    assertThat(once).isFalse();
    held.close();
  }

  @Test
  void aLeaseThatWasDeletedIsLost() throws Exception {
    AtomicInteger losses = new AtomicInteger();
    Held held = lock.tryAcquire("p", losses::incrementAndGet).orElseThrow();
    lease("etcd-backup-lock-p").delete();
    assertThat(held.confirm()).isFalse();
    held.close();
    assertThat(losses).hasValue(1);
    assertThat(lease("etcd-backup-lock-p").get()).isNull();
  }

  @Test
  void whatTheApiServerRefusesIsReportedInOneLine() {
    api.answer(
        request ->
            Optional.of(
                MockApi.status(403)
                    .setBody(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":403,"
                            + "\"message\":\"leases is forbidden\"}")));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> lock.tryAcquire("p", () -> {}))
        .withMessage(
            "lease etcd-backup-lock-p of namespace operators: the API server answers 403: leases is"
                + " forbidden");
  }

  @Test
  void anInterruptEndsTheCall() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    api.answer(
        request -> {
          asked.countDown();
          try {
            goOn.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Optional.empty();
        });
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                lock.tryAcquire("p", () -> {});
                thrown.complete(new AssertionError("returned"));
              } catch (IOException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError(e));
              }
            });
    caller.start();
    asked.await();
    caller.interrupt();
    assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedIOException.class);
    goOn.countDown();
    caller.join();
  }

  @Test
  void closingReleasesWhatIsHeldAndRefusesMore() throws Exception {
    LeaseBackupLock other = newLock(15);
    Held held = other.tryAcquire("p", () -> {}).orElseThrow();
    other.close();
    other.close();
    assertThat(held.confirm()).isFalse();
    lock.tryAcquire("p", () -> {}).orElseThrow().close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> other.tryAcquire("p", () -> {}))
        .withMessage("the lock by leases in namespace operators was closed");
  }

  @Test
  void settingsAreChecked() {
    LeaseBackupLock.Builder builder = LeaseBackupLock.builder(client, "operators");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.ttl(Duration.ofSeconds(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.ttl(Duration.ofMillis(2500)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.namePrefix("Not_A_Name"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.identity(""));
  }

  private LeaseBackupLock newLock(int ttlSeconds) {
    return LeaseBackupLock.builder(client, "operators")
        .identity("operator-0")
        .ttl(Duration.ofSeconds(ttlSeconds))
        .clock(() -> NOW.plusNanos(1000 * ticks.incrementAndGet()))
        .build();
  }

  private Resource<Lease> lease(String name) {
    return client.leases().inNamespace("operators").withName(name);
  }

  /** A lease of 1 second, of a holder that is not there to renew it. */
  private static Lease foreign(String project, String holder) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName("etcd-backup-lock-" + project)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(holder)
        .withLeaseDurationSeconds(1)
        .withRenewTime(NOW.plusSeconds(3600).atZone(ZoneOffset.UTC)) // a clock that is ahead
        .endSpec()
        .build();
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }
}
