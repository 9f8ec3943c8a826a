package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A restore whose operator is killed by SIGKILL at each kind of change that it makes, before the
 * API server has it or after, but before the operator knows. The next process goes on.
 */
@Tag("server")
@Tag("night") // twenty processes
@Timeout(900)
class KilledRestoreTest extends RealCluster {
  private static final Pattern STEP = Pattern.compile("\"step\": ?\"([A-Z_]+)\"");

  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final AtomicInteger kills = new AtomicInteger();
  private volatile Process process;

  /** At the first request of each kind; by turns it is not carried out, or its reply is lost. */
  private void killOnce(ApiFront.Call call) throws IOException, InterruptedException {
    boolean isEvent = call.path().contains("events");
    if (!call.changes() || isEvent || !seen.add(kind(call))) {
      call.pass();
      return;
    }
    if (kills.incrementAndGet() % 2 == 0) {
      call.ask().body().readAllBytes();
    }
    process.destroyForcibly();
    process.onExit().join();
  }

  /** The same for each member, and for each time that a status is written within a step. */
  private static String kind(ApiFront.Call call) {
    Matcher step = STEP.matcher(call.body());
    String name = call.path().replaceAll("\\d+", "#");
    boolean isStatus = call.path().endsWith("/status");
    return call.right() + " " + name + (isStatus && step.find() ? " " + step.group(1) : "");
  }

  @Test
  void aRestoreIsCarriedOutOnceHoweverOftenItsOperatorIsKilled() throws Exception {
    operator.stop(Duration.ZERO);
    BackupKey unused = lostQuorum();
    runKubelet();
    front.behave(this::killOnce);
    createRestore();
    Path own = Files.createDirectory(directory.resolve("operator"));
    String[] urls = {urls(true), urls(false)};

    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(800);
    while (!phase().matches("(Succeeded|Failed) .*") && System.nanoTime() < end) {
      if (process == null || !process.isAlive()) {
        process = KillableOperator.start(KillableOperator.class, front.url(), own, urls);
      }
      Thread.sleep(100); // NOPMD: until it is killed or done
    }
    process.destroyForcibly();
    System.out.println(kills + " kills: " + seen);

    assertThat(phase()).startsWith("Succeeded DONE: ").contains("on 3 members and in the backup");
    assertThat(kills).hasValueGreaterThan(15);
    assertThat(jobs.runs()).as("each member is restored once").isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertThat(pods.etcdctl(i, "get", "day", "--print-value-only")).isEqualTo("one");
    }
    assertThat(core.persistentVolumeClaims().inNamespace("services").list().getItems())
        .extracting(one -> one.getMetadata().getName().replaceAll("\\d{8}-\\d{6}", "ID"))
        .containsExactlyInAnyOrder(
            "data-" + SET + "-0",
            "data-" + SET + "-1",
            "data-" + SET + "-2",
            "data-" + SET + "-0-before-ID",
            "data-" + SET + "-1-before-ID",
            "data-" + SET + "-2-before-ID");
    assertThat(core.batch().v1().jobs().inNamespace("services").list().getItems()).isEmpty();
    assertThat(
            core.apps()
                .statefulSets()
                .inNamespace("services")
                .withName(SET)
                .get()
                .getMetadata()
                .getAnnotations())
        .satisfiesAnyOf(none -> assertThat(none).isNull(), none -> assertThat(none).isEmpty());
    kubeletThread.shutdown();
    assertThat(kubeletThread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(kubelet.deletedVolumes()).isEmpty();
    try (Stream<Path> left = Files.list(own)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("etcd-restore"));
    }
    assertThat(front.refused()).isEqualTo(Set.of());
  }

  private String urls(boolean ofPeers) {
    return Stream.of(0, 1, 2)
        .map(i -> ofPeers ? pods.peerUrl(i) : pods.clientUrl(i))
        .collect(java.util.stream.Collectors.joining(","));
  }
}
