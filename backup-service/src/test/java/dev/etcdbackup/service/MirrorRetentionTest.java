package dev.etcdbackup.service;

import static dev.etcdbackup.service.StoreContents.put;
import static dev.etcdbackup.service.StoreContents.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mirror that keeps other backups than its source: the policy counts what both have. */
@Timeout(60)
class MirrorRetentionTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final String FIRST = "p/etcd.backup_v1_2020-02-01-10:00:00";
  private static final String SECOND = "p/etcd.backup_v2_2020-02-02-10:00:00";
  private static final String THIRD = "p/etcd.backup_v3_2020-02-03-10:00:00";

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);

  private CopyReport mirror(int kept) throws Exception {
    return BackupCopier.builder(from, to)
        .clock(() -> NOW)
        .build()
        .mirror("p", RetentionPolicy.keepLast(kept));
  }

  @Test
  void whatTheSourceHasPrunedStaysAtTheTarget() throws Exception {
    put(to, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(from, THIRD, snapshot(3));

    CopyReport report = mirror(3);

    assertThat(report.ok()).isTrue();
    assertThat(report.copies()).map(Copied::outcome).hasSize(2).containsOnly(Outcome.COPIED);
    assertThat(report.pruned().orElseThrow().deleted()).isEmpty();
    assertThat(to.list("p")).map(one -> one.key().toString()).containsExactly(FIRST, SECOND, THIRD);
  }

  @Test
  void whatOnlyTheTargetHasCountsToo() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(to, THIRD, snapshot(3));

    CopyReport report = mirror(2);

    assertThat(report.copies())
        .as("the other would be deleted at once")
        .map(one -> one.key().toString())
        .containsExactly(SECOND);
    assertThat(to.list("p")).map(one -> one.key().toString()).containsExactly(SECOND, THIRD);
  }
}
