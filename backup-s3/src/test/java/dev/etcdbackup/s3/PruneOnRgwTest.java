package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.s3.S3Server;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Pruning from end to end on a Ceph RADOS Gateway, where string order and single pages lose data.
 */
@Tag("server")
class PruneOnRgwTest {
  private static final int COUNT = 1_105;
  private static final Instant FIRST = Instant.parse("2020-02-01T00:00:00Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(11, 3);

  @Test
  void theNewestAreKeptWhereverTheListingAndTheTextOfTheirRevisionsPutThem() throws Exception {
    try (S3Server server = S3Server.ceph();
        TestBucket bucket = new TestBucket(server)) {
      S3BackupStore store = bucket.store().build();
      // One a minute at revisions 1 to 1105: v1105 is listed among the first and v9 last,
      // so the newest are on the first page and some of the oldest after the 1,000th key.
      storeAll(bucket, "many");
      assertThat(store.list("many").get(COUNT - 1).key()).isEqualTo(key("many", 9));
      storeAll(bucket, "many-2");

      BackupService service =
          BackupService.builder(store).clock(() -> FIRST.plusSeconds(60L * COUNT)).build();
      PruneReport report = service.prune("many", RetentionPolicy.keepLast(1_006));

      assertThat(report.refused()).isEmpty();
      assertThat(report.deleted()).hasSize(99).contains(key("many", 9), key("many", 99));
      assertThat(store.find(key("many", 100))).isPresent();
      assertThat(store.list("many")).hasSize(1_006);
      assertThat(store.list("many-2")).hasSize(COUNT);

      // Now more than one DeleteObjects may take.
      assertThat(service.prune("many-2", RetentionPolicy.keepLast(2)).deleted()).hasSize(COUNT - 2);
      assertThat(store.list("many-2"))
          .extracting(stored -> stored.key())
          .containsExactly(key("many-2", COUNT - 1), key("many-2", COUNT));
      assertThat(store.list("many")).hasSize(1_006);
    }
  }

  private static BackupKey key(String project, int revision) {
    Instant time = FIRST.plusSeconds(60L * revision);
    return BackupKey.of(project, BackupName.periodic("etcd.backup", revision, time).text());
  }

  /** Without the requests by which the store looks whether a name is taken. */
  private static void storeAll(TestBucket bucket, String project) throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> writes = new ArrayList<>();
      for (int revision = 1; revision <= COUNT; revision++) {
        BackupKey key = key(project, revision);
        writes.add(
            writers.submit(
                () ->
                    bucket.client.putObject(
                        r -> r.bucket(bucket.name).key(key.toString()),
                        RequestBody.fromBytes(SNAPSHOT))));
      }
      for (Future<?> write : writes) {
        write.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }
}
