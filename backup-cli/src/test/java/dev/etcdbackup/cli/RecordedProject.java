package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A project whose changes were recorded from a real etcd, which still runs. */
final class RecordedProject implements AutoCloseable {
  final EtcdServer etcd;
  final Path store;
  private String base = "";
  private String changes = "";

  private RecordedProject(EtcdServer etcd, Path store) {
    this.etcd = etcd;
    this.store = store;
  }

  /**
   * Records the project {@code p}: ten keys are in the backup, revision 11; ten more are recorded
   * after it.
   */
  static RecordedProject in(Path directory) throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    RecordedProject project = new RecordedProject(EtcdServer.start(), store);
    try {
      project.record();
      return project;
    } catch (Exception | Error e) {
      project.close();
      throw e;
    }
  }

  /** The key of the backup. */
  String base() {
    return base;
  }

  /** The key of the last changes. */
  String changes() {
    return changes;
  }

  private void record() throws Exception {
    put(0, 9);
    etcd.put("key-9", "k8s:enc:aescbc:v1:key1:...");
    PrintedLines lines = new PrintedLines();
    String[] command = {
      "record",
      "p",
      "--store=" + store.toUri(),
      "--etcd=" + etcd.endpoint(),
      "--period=1s",
      "--hash-every=1",
      "--compress=zstd"
    };
    FutureTask<Integer> run =
        new FutureTask<>(
            () -> EtcdBackupCommand.run(Interruption.none(), lines, lines, false, command));
    Thread recorder = new Thread(run, "record");
    recorder.start();
    base = beforeComma(lines.after(" base p "));
    put(10, 20);
    String last = "-v21_";
    do {
      changes = beforeComma(lines.after(" stored p "));
    } while (!changes.contains(last));
    recorder.interrupt();
    assertThat(exit(run)).isZero();
    assertThat(lines.after(" stopped p ")).startsWith("what is not stored yet");
  }

  private static String beforeComma(String line) {
    return line.substring(0, line.indexOf(','));
  }

  private static int exit(FutureTask<Integer> run)
      throws InterruptedException, ExecutionException, TimeoutException {
    return run.get(30, TimeUnit.SECONDS);
  }

  private void put(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      etcd.put("key-" + i, "value-" + i);
    }
  }

  /** Copies the store, for what changes it. */
  void copyTo(Path copy) throws Exception {
    try (var files = Files.walk(store)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(store.relativize(file)));
      }
    }
  }

  @Override
  public void close() throws IOException {
    etcd.close();
  }
}
