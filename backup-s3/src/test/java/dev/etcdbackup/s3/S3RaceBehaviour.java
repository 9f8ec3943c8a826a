package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.HttpFaultProxy.Fault;
import dev.etcdbackup.s3.HttpFaultProxy.Rule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sixteen writers of one name that come to their commit at the same time. */
abstract class S3RaceBehaviour extends BehindFaultProxy {
  private static final int WRITERS = 16;

  /**
   * How many writers may report that they stored a large backup: 1 where the server keeps the name.
   */
  abstract int winnersOfLargeBackups();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void ofSmallBackupsOneIsStoredAndFifteenAreToldSo(long seed) throws Exception {
    race(seed, 1_000, 1);
    assertThat(bucket.keys()).hasSize(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5})
  void ofLargeBackupsOneWholeOneIsStored(long seed) throws Exception {
    race(seed, PART + 1_000, winnersOfLargeBackups());
    assertThat(bucket.keys()).hasSize(1);
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 7)
  void whoseAnswerIsLostFindsOutWhetherHeWon(long seed) throws Exception {
    Rule lost =
        proxy.on(
            CommitRequest.PUT_OBJECT.method, CommitRequest.PUT_OBJECT.inLine, Fault.LOSE_REPLY, 8);
    race(seed, 1_000, 1);
    assertThat(lost.fired()).isEqualTo(8);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 9)
  void whoseAnswerToACompletionIsLostFindsOutWhetherHeWon(long seed) throws Exception {
    Rule lost =
        proxy.on(CommitRequest.COMPLETE.method, CommitRequest.COMPLETE.inLine, Fault.LOSE_REPLY, 3);
    race(seed, PART + 1_000, winnersOfLargeBackups());
    assertThat(lost.fired()).isPositive();
    assertThat(bucket.uploads()).isEmpty();
  }

  private void race(long seed, int size, int winnersAtMost) throws Exception {
    CyclicBarrier commit = new CyclicBarrier(WRITERS);
    S3BackupStore raced =
        S3BackupStore.builder(client, bucket.name).partSizeBytes(PART).parallelUploads(1).build();
    List<Object> outcomes =
        S3StoreBehaviour.inParallel(
            WRITERS,
            writer -> {
              InputStream content = new ByteArrayInputStream(content(seed, writer, size));
              try {
                return raced.put(KEY, Content.of(new EndingStream(content, () -> await(commit))));
              } catch (BackupExistsException e) {
                return e;
              }
            });
    List<Integer> winners =
        IntStream.range(0, WRITERS)
            .filter(writer -> outcomes.get(writer) instanceof StoredBackup)
            .boxed()
            .toList();
    assertThat(winners)
        .as("writers that report success, seed %d", seed)
        .hasSizeBetween(1, winnersAtMost);

    StoredBackup stored = bucketStore().find(KEY).orElseThrow();
    byte[] bytes;
    try (InputStream in = bucketStore().open(stored, 0, stored.size())) {
      bytes = in.readAllBytes();
    }
    assertThat(winners)
        .as("whose is there whole, seed %d", seed)
        .filteredOn(writer -> Arrays.equals(content(seed, writer, size), bytes))
        .singleElement()
        .satisfies(writer -> assertThat(outcomes.get(writer)).isEqualTo(stored));
  }

  private static byte[] content(long seed, int writer, int size) {
    byte[] bytes = new byte[size];
    new Random(seed * WRITERS + writer).nextBytes(bytes);
    return bytes;
  }

  /** All have seen the name free, and have read all but the end. */
  private static void await(CyclicBarrier others) throws IOException {
    try {
      others.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    } catch (BrokenBarrierException | TimeoutException e) {
      throw new IOException("a writer did not reach its commit", e);
    }
  }
}
