package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The first call of a JVM in a small container, where the classes of gRPC take many seconds to
 * load. Instead of a quota of 100m, which not every machine can set, the JVM is stopped for nine
 * tenths of the time.
 */
@Tag("server")
@Timeout(300)
class FirstCallTest {
  private static final String A_TENTH_OF_THE_TIME =
      "while kill -STOP $0; do sleep 0.09; kill -CONT $0; sleep 0.01; done 2>/dev/null";

  @ParameterizedTest
  @ValueSource(strings = {"snapshot", "lock"})
  void succeedsWithTheDefaultLimits(String call) throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      Process jvm =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                  "-cp",
                  System.getProperty("java.class.path"),
                  FirstCallTest.class.getName(),
                  call,
                  etcd.endpoint().toString())
              .redirectErrorStream(true)
              .start();
      Process brake =
          new ProcessBuilder("bash", "-c", A_TENTH_OF_THE_TIME, String.valueOf(jvm.pid()))
              .redirectErrorStream(true)
              .start();
      try {
        String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher ok = Pattern.compile("OK with (\\d+) % of a CPU").matcher(output);
        assertThat(ok.find()).as(output).isTrue();
        assertThat(Integer.parseInt(ok.group(1)))
            .as("what the brake left to it, on several cores, %%")
            .isLessThan(40);
      } finally {
        brake.destroyForcibly();
        jvm.destroyForcibly();
      }
    }
  }

  /** Makes the call: {@code snapshot} or {@code lock}, and the endpoint. */
  public static void main(String[] args) throws Exception {
    EtcdConnection etcd = EtcdConnection.to(args[1]);
    if (args[0].equals("lock")) {
      lock(etcd);
    } else {
      snapshot(etcd);
    }
    ProcessHandle.Info self = ProcessHandle.current().info();
    Duration wall = Duration.between(self.startInstant().orElseThrow(), Instant.now());
    long percent = 100 * self.totalCpuDuration().orElseThrow().toMillis() / wall.toMillis();
    System.out.println("OK with " + percent + " % of a CPU");
  }

  private static void snapshot(EtcdConnection etcd) throws IOException {
    try (Snapshot snapshot = EtcdSnapshotSource.builder(etcd).build().open()) {
      snapshot.stream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void lock(EtcdConnection etcd) throws Exception {
    try (EtcdBackupLock lock = EtcdBackupLock.builder(etcd).build();
        BackupLock.Held held = lock.tryAcquire("project", () -> {}).orElseThrow()) {
      if (!held.confirm()) {
        throw new IllegalStateException("the lock was lost");
      }
    }
  }
}
