package dev.etcdbackup.etcd;

import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A scheduler in a process of its own, to be killed and paused: it backs project {@code p} up under
 * the lock of an etcd, and stops ahead of the end of the snapshot until it gets a line.
 */
final class HolderProcess implements AutoCloseable {
  private static final String AT_THE_END = "at the end of the snapshot";

  private final Process process;
  private final BufferedReader said;

  private HolderProcess(Process process) {
    this.process = process;
    this.said = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts it and waits until it holds the lock and has all but the end of the snapshot. */
  static HolderProcess start(String endpoint, Duration ttl, Path store) throws IOException {
    HolderProcess holder =
        new HolderProcess(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", // it lives for seconds
                    "-Xmx64m",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                    "-cp",
                    System.getProperty("java.class.path"),
                    HolderProcess.class.getName(),
                    endpoint,
                    ttl.toString(),
                    store.toString())
                .redirectErrorStream(true)
                .start());
    try {
      holder.await(AT_THE_END);
      return holder;
    } catch (IOException | AssertionError e) {
      holder.close();
      throw e;
    }
  }

  /** Waits until it says a line; the test's timeout is the limit. */
  void await(String line) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String said = this.said.readLine(); said != null; said = this.said.readLine()) {
      all.append(said).append('\n');
      if (said.equals(line)) {
        return;
      }
    }
    throw new AssertionError("it ended without saying '" + line + "' but:\n" + all);
  }

  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  void pause() throws IOException {
    signal("STOP");
  }

  void resume() throws IOException {
    signal("CONT");
  }

  /** Lets it come to the end of the snapshot, as soon as it is not paused. */
  void goOn() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  @Override
  public void close() {
    kill();
  }

  private void signal(String name) throws IOException {
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
    if (kill.onExit().join().exitValue() != 0) {
      throw new IOException("SIG" + name + " could not be sent to process " + process.pid());
    }
  }

  public static void main(String[] args) throws Exception {
    try (EtcdBackupLock lock =
            EtcdBackupLock.builder(EtcdConnection.to(args[0]))
                .ttl(Duration.parse(args[1]))
                .build();
        BackupScheduler scheduler =
            BackupScheduler.builder(DirectoryBackupStore.at(Path.of(args[2])))
                .lock(lock)
                .listener(new Speaker())
                .build()) {
      scheduler.put(
          ScheduledCluster.builder("p", FixedSnapshotSource.of(StoppingStream::new))
              .schedule(Schedule.every(Duration.ofDays(1)))
              .build());
      scheduler.start();
      new CountDownLatch(1).await(2, TimeUnit.MINUTES); // for whoever outlives the test
    }
  }

  private static final class Speaker implements BackupListener {
    @Override
    public void succeeded(String project, BackupResult result) {
      System.out.println("stored " + project);
    }

    @Override
    public void failed(FailedRun failure) {
      System.out.println("failed " + failure.project() + " " + failure.reason());
    }

    @Override
    public void lockLost(String project) {
      System.out.println("lock lost " + project);
    }
  }

  /** Snapshots that wait for a line ahead of their last byte. */
  private static final class StoppingStream extends FilterInputStream {
    StoppingStream() {
      super(new ByteArrayInputStream(TestSnapshots.bytes(7, 10)));
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (available() == 1) {
        System.out.println(AT_THE_END);
        if (System.in.read() < 0) {
          throw new IOException("the test has ended");
        }
      }
      return super.read(buffer, offset, Math.min(length, Math.max(1, available() - 1)));
    }
  }
}
