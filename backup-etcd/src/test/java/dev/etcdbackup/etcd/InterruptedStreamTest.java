package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real etcd and its reader, one of which leaves in the middle of a snapshot of 32 MiB. */
@Timeout(120)
@SuppressWarnings("try") // closing is part of what is tested
@Tag("server")
class InterruptedStreamTest {
  private static final int MEBIBYTE = 1 << 20;

  @AutoClose private static EtcdServer etcd;

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.start();
    for (int i = 0; i < 32; i++) {
      etcd.put("key-" + i, new byte[MEBIBYTE]);
    }
  }

  @AfterEach
  void bringItBack() throws Exception {
    if (!etcd.running()) {
      etcd.restart();
    }
  }

  @Test
  void aKilledMemberIsToldAtOnce() throws Exception {
    try (Snapshot snapshot = source().open()) {
      snapshot.stream().readNBytes(MEBIBYTE);
      etcd.kill();
      long start = System.nanoTime();
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> readAll(snapshot))
          .withMessageStartingWith("snapshot of " + etcd.endpoint() + ": ");
      assertThat(secondsSince(start)).isLessThan(10);
    }
  }

  @Test
  void aStoppedMemberIsGivenUpAfterTheNoProgressTimeout() throws Exception {
    EtcdSnapshotSource source =
        EtcdSnapshotSource.builder(
                EtcdConnection.builder(etcd.endpoints())
                    .probeTimeout(Duration.ofSeconds(30))
                    .build())
            .noProgressTimeout(Duration.ofSeconds(2))
            .build();
    try (Snapshot snapshot = source.open()) {
      snapshot.stream().readNBytes(MEBIBYTE);
      etcd.pause();
      long start = System.nanoTime();
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> readAll(snapshot))
          .withMessage("snapshot of %s: no bytes for 2s", etcd.endpoint());
      assertThat(secondsSince(start)).isBetween(1.9, 12.0);
    } finally {
      etcd.resume();
    }
  }

  @Test
  void theDeadlineCountsAlsoWhenNothingIsRead() throws Exception {
    EtcdSnapshotSource source =
        EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints()))
            .timeout(Duration.ofSeconds(3))
            .build();
    try (Snapshot snapshot = source.open()) {
      snapshot.stream().readNBytes(MEBIBYTE);
      awaitAllCallsEnded(); // the stream is not read meanwhile
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> readAll(snapshot))
          .withMessage(
              "snapshot of %s: not at its end after 3s, the whole time allowed", etcd.endpoint());
    }
  }

  @Test
  void timeInWhichNothingIsReadIsNoStall() throws Exception {
    EtcdSnapshotSource source =
        EtcdSnapshotSource.builder(
                EtcdConnection.builder(etcd.endpoints())
                    .probeTimeout(Duration.ofSeconds(30))
                    .build())
            .noProgressTimeout(Duration.ofSeconds(2))
            .build();
    try (Snapshot snapshot = source.open()) {
      snapshot.stream().readNBytes(MEBIBYTE);
      long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
      while (System.nanoTime() < end) {
        LockSupport.parkNanos(end - System.nanoTime()); // the test is about time going by
      }
      assertThat(readAll(snapshot)).isEqualTo(snapshot.size() - MEBIBYTE);
    }
  }

  @Test
  void aReaderWhoDoesNotReadHoldsEtcdBack() throws Exception {
    try (Snapshot snapshot = source().open()) {
      double messages = snapshot.size() / 32768.0;
      double before = metric("grpc_server_msg_sent_total");
      snapshot.stream().readNBytes(100);
      awaitSteady("grpc_server_msg_sent_total");
      assertThat(metric("grpc_server_msg_sent_total") - before)
          .as("messages of 32 KiB sent ahead, of %s", messages)
          .isLessThan(messages / 3);
    }
  }

  @Test
  void closingEndsTheCallAtTheServer() throws Exception {
    try (Snapshot snapshot = source().open()) {
      snapshot.stream().readNBytes(MEBIBYTE);
      assertThat(callsUnderWay()).isEqualTo(1);
      snapshot.close();
      awaitAllCallsEnded();
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> readAll(snapshot))
          .withMessage("snapshot of %s: closed", etcd.endpoint());
    }
  }

  @Test
  void closingWakesABlockedReaderAtOnce() throws Exception {
    try (Snapshot snapshot = source().open()) {
      etcd.pause();
      CompletableFuture<Thread> reader = new CompletableFuture<>();
      CompletableFuture<Long> read =
          CompletableFuture.supplyAsync(
              () -> {
                reader.complete(Thread.currentThread());
                return readUnchecked(snapshot);
              });
      awaitBlocked(reader.get());
      long start = System.nanoTime();
      snapshot.close();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> read.get(10, TimeUnit.SECONDS))
          .withRootCauseInstanceOf(SourceException.class);
      assertThat(secondsSince(start)).isLessThan(1);
    } finally {
      etcd.resume();
    }
    awaitAllCallsEnded();
  }

  @Test
  void interruptingABlockedReaderEndsTheCallWithinASecond() throws Exception {
    try (Snapshot snapshot = source().open()) {
      etcd.pause();
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      CountDownLatch interruptedAfter = new CountDownLatch(1);
      Thread reader =
          new Thread(
              () -> {
                try {
                  readUnchecked(snapshot);
                } catch (RuntimeException e) {
                  if (Thread.currentThread().isInterrupted()) {
                    interruptedAfter.countDown();
                  }
                  outcome.complete(e.getCause());
                }
              });
      reader.start();
      awaitBlocked(reader);
      long start = System.nanoTime();
      reader.interrupt();
      assertThat(outcome.get(10, TimeUnit.SECONDS))
          .isInstanceOf(SourceException.class)
          .hasMessage("snapshot of " + etcd.endpoint() + ": interrupted");
      assertThat(secondsSince(start)).isLessThan(1);
      assertThat(interruptedAfter.getCount()).as("interrupt status is kept").isZero();
      etcd.resume();
      awaitAllCallsEnded(); // though the snapshot is not closed yet
    }
  }

  @Test
  void noThreadIsLeftBehind() throws Exception {
    Set<Thread> before = threads();
    String endpoint = etcd.endpoint().toString();
    EtcdSnapshotSource twice =
        EtcdSnapshotSource.builder(EtcdConnection.to(endpoint, endpoint)).build();
    EtcdSnapshotSource unauthenticated =
        EtcdSnapshotSource.builder(
                EtcdConnection.builder(endpoint).user("nobody", () -> "nobody").build())
            .build();
    for (int i = 0; i < 3; i++) {
      try (Snapshot whole = source().open();
          Snapshot abandoned = twice.open()) {
        readAll(whole);
        abandoned.stream().readNBytes(MEBIBYTE);
      }
      assertThatExceptionOfType(SourceException.class).isThrownBy(unauthenticated::open);
    }
    await("threads to end", () -> newThreadsSince(before).isEmpty());
  }

  private static EtcdSnapshotSource source() {
    return EtcdSnapshotSource.builder(
            EtcdConnection.builder(etcd.endpoints()).probeTimeout(Duration.ofSeconds(30)).build())
        .build();
  }

  private static long readAll(Snapshot snapshot) throws IOException {
    return snapshot.stream().transferTo(OutputStream.nullOutputStream());
  }

  private static long readUnchecked(Snapshot snapshot) {
    try {
      return readAll(snapshot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a thread has read all there is and waits for more of a stopped server. */
  private static void awaitBlocked(Thread reader) throws Exception {
    await(
        "the reader to block",
        () -> {
          boolean waiting = reader.getState() == Thread.State.TIMED_WAITING;
          for (StackTraceElement frame : reader.getStackTrace()) {
            if (waiting && frame.getClassName().equals(SnapshotCall.class.getName())) {
              return true;
            }
          }
          return false;
        });
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }

  private static Set<Thread> newThreadsSince(Set<Thread> before) {
    Set<Thread> now = threads();
    now.removeAll(before);
    return now;
  }

  private static double callsUnderWay() throws IOException {
    return metric("grpc_server_started_total") - metric("grpc_server_handled_total");
  }

  private static void awaitAllCallsEnded() throws Exception {
    await(
        "etcd to be rid of the call",
        () -> {
          try {
            return callsUnderWay() == 0;
          } catch (IOException e) {
            return false; // it was stopped a moment ago
          }
        });
  }

  private static void awaitSteady(String metric) throws Exception {
    double[] last = {-1, 0};
    await(
        metric + " to stand still",
        () -> {
          LockSupport.parkNanos(Duration.ofMillis(300).toNanos()); // long enough to measure a rate
          double now = metricUnchecked(metric);
          last[1] = now == last[0] ? last[1] + 1 : 0;
          last[0] = now;
          return last[1] == 3;
        });
  }

  /** The sum of etcd's counters of this name that are about snapshots. */
  private static double metric(String name) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            etcd.endpoint().resolve("/metrics").toURL().openConnection(Proxy.NO_PROXY);
    connection.setReadTimeout(5000);
    Matcher line;
    try (InputStream in = connection.getInputStream()) {
      line =
          Pattern.compile("(?m)^" + name + "\\{[^}]*grpc_method=\"Snapshot\"[^}]*\\} (\\S+)$")
              .matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    double sum = 0;
    while (line.find()) {
      sum += Double.parseDouble(line.group(1));
    }
    return sum;
  }

  private static double metricUnchecked(String name) {
    try {
      return metric(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
