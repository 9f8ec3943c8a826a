package dev.etcdbackup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** What the S3 store does beyond the contract, on any server. */
abstract class S3StoreBehaviour {
  static final int MIB = 1 << 20;
  static final int PART = 5 * MIB;
  static final BackupKey KEY = BackupKey.of("p", "etcd.backup_v7_2026-11-22-10:00:00");

  TestBucket bucket;
  S3BackupStore store;

  abstract S3Server server();

  @BeforeEach
  void makeBucket() {
    bucket = new TestBucket(server());
    store = bucket.store().partSizeBytes(PART).build();
  }

  @AfterEach
  void removeBucket() {
    bucket.close();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(
      ints = {
        0,
        1,
        262_144,
        262_145,
        ReadAhead.RANGE,
        ReadAhead.RANGE + 1,
        PART - 1,
        PART,
        PART + 1,
        2 * PART,
        3 * PART - 1,
        5 * PART + 12_345
      })
  void contentOfAnySizeComesBackAsItWas(int size) throws Exception {
    byte[] bytes = random(size);
    StoredBackup put = store.put(KEY, Content.of(new Dribble(bytes)));
    assertThat(put.size()).isEqualTo(size);
    assertThat(put.version()).isNotEmpty().doesNotContain("\"");
    assertThat(store.find(KEY)).contains(put);
    assertThat(store.list("p")).containsExactly(put);
    try (InputStream in = store.open(put, 0, size)) {
      assertThat(Arrays.equals(in.readAllBytes(), bytes)).as("same bytes").isTrue();
    }
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void directoryMarkersAndWhatFileSystemsLeaveAreNoBackups() throws Exception {
    StoredBackup put = store.put(KEY, Content.of(new ByteArrayInputStream(random(10))));
    for (String key : List.of("p/", "p/sub/", "q/")) {
      bucket.putRaw(key, "");
    }
    bucket.putRaw("p/.DS_Store", "left");
    bucket.putRaw("p/.snapshot/a", "left");
    bucket.putRaw(".etcd-backup/at-the-root", "ours");
    assertThat(store.list("p")).containsExactly(put);
    assertThat(store.list("")).containsExactly(put);
    assertThat(store.list("q")).isEmpty();
  }

  @Test
  void anyStretchOfABackupCanBeRead() throws Exception {
    byte[] bytes = random(25 * MIB);
    StoredBackup put = store.put(KEY, Content.of(new ByteArrayInputStream(bytes)));
    for (int from : new int[] {0, 1, MIB - 1, ReadAhead.RANGE, 2 * ReadAhead.RANGE + 7}) {
      for (int length : new int[] {1, ReadAhead.RANGE, ReadAhead.RANGE + 1, bytes.length - from}) {
        try (InputStream in = store.open(put, from, length)) {
          byte[] read = in.readAllBytes();
          assertThat(Arrays.equals(read, 0, read.length, bytes, from, from + length))
              .as("%d bytes from %d", length, from)
              .isTrue();
        }
      }
    }
  }

  @Test
  void aBackupThatIsReplacedWhileItIsReadIsNotMixedWithTheNewOne() throws Exception {
    byte[] bytes = random(25 * MIB);
    StoredBackup put = store.put(KEY, Content.of(new ByteArrayInputStream(bytes)));
    try (InputStream in = store.open(put, 0, bytes.length)) {
      assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
      store.delete(List.of(KEY));
      store.put(KEY, Content.of(new ByteArrayInputStream(random(25 * MIB - 1))));
      assertThatThrownBy(in::readAllBytes).isInstanceOf(BackupNotFoundException.class);
      assertThatThrownBy(in::read).isInstanceOf(BackupNotFoundException.class);
    }
  }

  @ParameterizedTest(name = "{0} bytes announced")
  @ValueSource(longs = {0, 1, 1000, PART - 1, PART, 11 * MIB, 12 * MIB, 1L << 30, 1L << 40})
  void theAnnouncedSizeIsAHintOnly(long announced) throws Exception {
    byte[] bytes = random(11 * MIB);
    store.put(KEY, Content.of(new ByteArrayInputStream(bytes), announced));
    assertThat(Arrays.equals(readAll(KEY), bytes)).as("same bytes").isTrue();
  }

  @Test
  void keysMayHoldOddCharacters() throws Exception {
    List<String> names =
        List.of(
            "a b",
            "a+b",
            "100%",
            "%41",
            "q?x=1&y=2#z",
            "é",
            "\uFFFD",
            "\uD83D\uDE00",
            "a:b",
            "<\"'&>",
            "~!@$^*()[]{}|`;,=",
            " lead",
            "trail ",
            "sub/directory/etcd.backup_v1");
    List<BackupKey> keys = new ArrayList<>();
    for (String name : names) {
      BackupKey key = BackupKey.of("odd", name);
      store.put(key, Content.of(new ByteArrayInputStream(name.getBytes(UTF_8))));
      keys.add(key);
    }
    keys.sort(null);
    assertThat(store.list("odd")).extracting(StoredBackup::key).containsExactlyElementsOf(keys);
    for (BackupKey key : keys) {
      assertThat(new String(readAll(key), UTF_8)).isEqualTo(key.name());
    }
    DeleteResult deleted = store.delete(keys);
    assertThat(deleted.gone()).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void aPrefixIsKeptApartFromTheRestOfTheBucket() throws Exception {
    S3BackupStore below = bucket.store().prefix("etcd/backups").build();
    below.put(KEY, Content.of(new ByteArrayInputStream(random(3))));
    store.put(BackupKey.of("q", "x"), Content.of(new ByteArrayInputStream(random(4))));
    bucket.putRaw("etcd/backups-2/p/other", "x");
    assertThat(bucket.keys()).contains("etcd/backups/" + KEY);
    assertThat(below.list("")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(below.list("p")).extracting(StoredBackup::key).containsExactly(KEY);
    assertThat(below.delete(List.of(KEY)).gone()).containsExactly(KEY);
    assertThat(below.toString()).isEqualTo("s3://" + bucket.name + "/etcd/backups");
  }

  @Test
  void whateverOthersPutIntoTheBucketIsListedAsItIs() throws Exception {
    bucket.putRaw("at-the-root", "x");
    bucket.putRaw("p/", "");
    bucket.putRaw("p/deep/er/file", "x");
    bucket.putRaw("p-2/file", "x");
    assertThat(store.list(""))
        .extracting(backup -> backup.key().toString())
        .containsExactly("at-the-root", "p-2/file", "p/deep/er/file");
    assertThat(store.list("p"))
        .extracting(backup -> backup.key().toString())
        .containsExactly("p/deep/er/file");
  }

  @Test
  void deletingNothingAsksNothing() throws Exception {
    S3Client unusable = bucket.clientAt(server().endpoint());
    unusable.close();
    S3BackupStore closed = S3BackupStore.builder(unusable, bucket.name).build();
    assertThat(closed.delete(List.of()).gone()).isEmpty();
  }

  @ParameterizedTest(name = "after {0} bytes")
  @ValueSource(ints = {0, 100, PART - 1, PART, 3 * PART + 5})
  void contentThatFailsLeavesNothing(int good) throws Exception {
    InputStream failing =
        EndingStream.failing(
            new ByteArrayInputStream(random(good)), new IOException("the disk is gone"));
    assertThatThrownBy(() -> store.put(KEY, Content.of(failing)))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("the disk is gone")
        .hasRootCauseMessage("the disk is gone");
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
    store.put(KEY, Content.of(new ByteArrayInputStream(random(10))));
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1_000, 2 * PART})
  void aNameTakenWhileTheContentWasReadIsNotOverwritten(int size) throws Exception {
    byte[] bytes = random(size);
    InputStream slow =
        new EndingStream(
            new ByteArrayInputStream(bytes), () -> bucket.putRaw(KEY.toString(), "first come"));
    assertThatThrownBy(() -> store.put(KEY, Content.of(slow)))
        .isInstanceOf(BackupExistsException.class);
    assertThat(readAll(KEY)).asString().isEqualTo("first come");
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void threadsEndAfterTheLastCall() throws Exception {
    store.put(KEY, Content.of(new ByteArrayInputStream(random(3 * PART))));
    readAll(KEY);
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (ownThreads() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(ownThreads()).isZero();
  }

  @Test
  void aMissingBucketIsNamed() {
    S3BackupStore nowhere = S3BackupStore.builder(bucket.client, "no-such-bucket-here").build();
    assertThatThrownBy(() -> nowhere.list("p"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("s3://no-such-bucket-here/p/")
        .hasMessageContaining("404 NoSuchBucket")
        .hasMessageContaining("create it");
    assertThatThrownBy(() -> nowhere.put(KEY, Content.of(InputStream.nullInputStream())))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("NoSuchBucket")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThatThrownBy(
            () -> nowhere.put(KEY, Content.of(new ByteArrayInputStream(random(9 * MIB)))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("NoSuchBucket");
  }

  @Test
  void wrongCredentialsAreNamedAndNotShown() {
    String key = server().accessKey();
    String secret = "canary" + server().secretKey();
    refused(key, secret, "SignatureDoesNotMatch", "the secret key is wrong");
    refused("NOSUCHKEYCANARY", secret, "InvalidAccessKeyId", "does not know the access key");
  }

  private void refused(String key, String secret, String code, String hint) {
    try (S3Client wrong = TestBucket.client(server(), server().endpoint(), key, secret)) {
      S3BackupStore refused = S3BackupStore.builder(wrong, bucket.name).build();
      for (Callable<?> call :
          List.<Callable<?>>of(
              () -> refused.find(KEY),
              () -> refused.list(""),
              () -> refused.delete(List.of(KEY)),
              () -> refused.put(KEY, Content.of(InputStream.nullInputStream())))) {
        assertThatThrownBy(call::call)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining(bucket.name)
            .hasMessageContaining("403 " + code)
            .hasMessageContaining(hint)
            .satisfies(
                e -> {
                  assertThat(e.getMessage()).doesNotContain("\n");
                  assertThat(everythingSaid(e)).doesNotContain(key).doesNotContain(secret);
                });
      }
    }
  }

  static String everythingSaid(Throwable e) {
    StringWriter said = new StringWriter();
    e.printStackTrace(new PrintWriter(said));
    return said.toString();
  }

  private static long ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("etcd-backup-s3-"))
        .count();
  }

  byte[] readAll(BackupKey key) throws IOException {
    StoredBackup backup = store.find(key).orElseThrow();
    try (InputStream in = store.open(backup, 0, backup.size())) {
      return in.readAllBytes();
    }
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes); // Random takes a tenth of a second for 25 MiB
    return bytes;
  }

  interface Job {
    Object run(Integer worker) throws Exception;
  }

  static List<Object> inParallel(int threads, Job job) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Object>> jobs = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int worker = i;
        jobs.add(() -> job.run(worker));
      }
      List<Object> results = new ArrayList<>();
      for (Future<Object> future : executor.invokeAll(jobs)) {
        results.add(future.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  /** Hands out as little at a time as a network does. */
  private static final class Dribble extends ByteArrayInputStream {
    Dribble(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(length, 7_777));
    }
  }
}
