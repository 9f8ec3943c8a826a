package dev.etcdbackup.etcd;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** A recorder with bounded memory in a process of its own, which says what it does. */
final class RecorderProcess implements AutoCloseable {
  private static final Pattern REPORTED = Pattern.compile("(based|stored|ended|failed) ");

  private final Process process;
  private final BufferedReader said;

  private RecorderProcess(Process process) {
    this.process = process;
    this.said = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts it; it records project {@link RecorderRun#PROJECT}.
   *
   * @param heap as the option -Xmx has it
   * @param direct how much it may take beside the heap, as -XX:MaxDirectMemorySize has it
   */
  static RecorderProcess start(String endpoint, Path store, String heap, String direct)
      throws IOException {
    return new RecorderProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:MaxDirectMemorySize=" + direct,
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                RecorderProcess.class.getName(),
                endpoint,
                store.toString())
            .redirectErrorStream(true)
            .start());
  }

  /** Waits for the base, and returns its key. */
  BackupKey base() throws IOException {
    return BackupKey.parse(await("based "));
  }

  /** Waits until a revision is stored; the test's timeout is the limit. */
  void await(long revision) throws IOException {
    while (Long.parseLong(await("stored ")) < revision) {
      // there is more to come
    }
  }

  /** Waits for the next thing it reports, which must be this one. */
  private String await(String what) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      all.append(line).append('\n');
      if (line.startsWith(what)) {
        return line.substring(what.length());
      }
      if (REPORTED.matcher(line).lookingAt()) {
        break;
      }
    }
    throw new AssertionError("it did not say '" + what + "' but:\n" + all);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  public static void main(String[] args) throws Exception {
    EtcdConnection connection = EtcdConnection.to(args[0]);
    BackupStore store = DirectoryBackupStore.at(Path.of(args[1]));
    BackupService service = BackupService.builder(store).build();
    EtcdSnapshotSource source = EtcdSnapshotSource.builder(connection).build();
    ChangeRecorder.BaseSource bases =
        () -> {
          BackupResult result = service.backUp(RecorderRun.PROJECT, source);
          return new ChangeRecorder.Base(result.key(), result.info(), result.digest());
        };
    ChangeRecorder.builder(connection, store, RecorderRun.PROJECT, bases)
        .period(Duration.ofSeconds(1))
        .timeout(Duration.ofSeconds(30))
        .listener(new Speaker())
        .build()
        .run();
  }

  private static final class Speaker implements ChangeListener {
    @Override
    public void based(BackupKey base, String reason) {
      System.out.println("based " + base);
    }

    @Override
    public void stored(Backup changes, long events) {
      System.out.println("stored " + changes.name().revision().orElseThrow());
    }

    @Override
    public void ended(long last, String reason) {
      System.out.println("ended " + reason);
    }

    @Override
    public void failed(BackupException failure) {
      System.out.println("failed " + failure.getMessage());
    }
  }
}
