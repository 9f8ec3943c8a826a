package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.Client;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore killed with SIGKILL at any moment. */
@Tag("server")
@Timeout(180)
class KilledRestoreTest {
  private static final long SEED = 20;
  private static final int KILLS = 20;
  private static final int KEYS = 6000;

  @TempDir Path directory;

  @ParameterizedTest(name = "from a store: {0}")
  @ValueSource(booleans = {false, true})
  void leavesAWholeDataDirectoryOrNone(boolean stored) throws Exception {
    Path file = LargeSnapshot.write(directory, 4096, KEYS, 4000); // 24 MB: it takes some time
    Path snapshot = stored ? store(file) : file;
    HashKv expected;
    try (EtcdSnapshot original = EtcdSnapshot.open(file)) {
      assertThat(original.verify().problems()).isEmpty();
      expected = original.hashKv();
    }
    Path data = directory.resolve("data");
    long nanos = run(snapshot, data, Long.MAX_VALUE);
    assertWhole(data, expected);
    delete(data);
    Random random = new Random(SEED);
    int midway = 0;
    for (int i = 0; i < KILLS; i++) {
      run(snapshot, data, (long) (nanos * random.nextDouble()));
      if (Files.exists(data)) {
        assertWhole(data, expected);
        delete(data);
      }
      midway += leftovers() > 0 ? 1 : 0;
      if (i < KILLS - 1) {
        deleteLeftovers();
      }
    }
    assertThat(midway).as("kills in the midst of a restore, seed %s", SEED).isGreaterThan(4);
    assertThatTheNextOneServes(file, expected);
  }

  private Path store(Path file) throws IOException {
    Path store = directory.resolve("store");
    try (InputStream in = Files.newInputStream(file)) {
      DirectoryBackupStore.at(store)
          .put(BackupKey.of("p", "backup"), Content.of(in, Files.size(file)));
    }
    return store;
  }

  /** What a killed restore leaves does not hinder the next one. */
  private static void assertThatTheNextOneServes(Path snapshot, HashKv expected) throws Exception {
    try (EtcdServer server = EtcdServer.builder().dataDirs(Restored.of(snapshot)).start();
        Client client = Restored.client(server, false)) {
      assertThat(Restored.hashKv(client, server)).isEqualTo(expected);
      assertThat(Restored.count(client)).isEqualTo(KEYS);
    }
  }

  private static void assertWhole(Path data, HashKv expected) throws IOException {
    assertThat(data.resolve("member/wal/" + WriteAheadLog.NAME)).hasSize(WriteAheadLog.SIZE);
    assertThat(data.resolve("member/snap/0000000000000001-0000000000000001.snap")).isNotEmptyFile();
    try (EtcdSnapshot restored = EtcdSnapshot.open(data.resolve("member/snap/db"))) {
      assertThat(restored.verify(VerifyOptions.DEFAULT.withoutTrailer()).problems()).isEmpty();
      assertThat(restored.hashKv()).isEqualTo(expected);
    }
  }

  /** Restores in a process of its own, kills it some time after it began, and says how long. */
  private static long run(Path snapshot, Path data, long killAfterNanos) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", // one of 42 that live for a second
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes,
                RestoreProcess.class.getName(),
                snapshot.toString(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("begins");
      long begin = System.nanoTime();
      process.waitFor(killAfterNanos, TimeUnit.NANOSECONDS);
      return System.nanoTime() - begin;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private long leftovers() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(KilledRestoreTest::isLeftover).count();
    }
  }

  private void deleteLeftovers() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(KilledRestoreTest::isLeftover).toList()) {
        delete(file);
      }
    }
  }

  private static boolean isLeftover(Path file) {
    return file.getFileName().toString().startsWith(".data.restore-");
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
