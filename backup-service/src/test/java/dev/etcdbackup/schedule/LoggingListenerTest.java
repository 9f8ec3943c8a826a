package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.Serial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class LoggingListenerTest {
  private static final BackupKey KEY = BackupKey.parse("p/etcd.backup_v1_2020-02-01-00:00:00");
  private static final Instant NOW = Instant.parse("2020-02-03T10:30:00Z");

  private final RecordingLogger log = new RecordingLogger();
  private final LoggingListener listener = new LoggingListener(log);

  private void fail(BackupException cause, FailedRun.Reason reason) {
    listener.failed(new FailedRun("p", NOW, reason, cause, 1, Optional.of(NOW.plusSeconds(60))));
  }

  private void succeed() throws BackupException {
    listener.succeeded(
        "p",
        BackupService.builder(new InMemoryBackupStore())
            .build()
            .backUp("p", FixedSnapshotSource.of(TestSnapshots.bytes(3, 10))));
  }

  private static PruneReport report(Set<BackupKey> deleted, Map<BackupKey, String> refused) {
    return new PruneReport(new RetentionPlan(List.of()), deleted, refused);
  }

  @Test
  void aFailureIsAWarningOnceUntilItsReasonChangesOrABackupSucceeds() throws Exception {
    SourceException source = new SourceException("no answer", null);
    fail(source, FailedRun.Reason.SOURCE);
    fail(source, FailedRun.Reason.SOURCE);
    fail(new StoreException("the disk is full", null), FailedRun.Reason.STORE);
    succeed();
    fail(source, FailedRun.Reason.SOURCE);

    assertThat(log.lines.subList(0, 3))
        .containsExactly(
            "WARN p is not backed up (source failed): no answer; next try at 2020-02-03T10:31:00Z",
            "DEBUG p is still not backed up: no answer; next try at 2020-02-03T10:31:00Z",
            "WARN p is not backed up (store failed): the disk is full; next try at"
                + " 2020-02-03T10:31:00Z");
    assertThat(log.lines.get(3)).startsWith("INFO stored p/").contains(" after failed runs, ");
    assertThat(log.lines.get(4)).startsWith("WARN p is not backed up (source failed)");
  }

  @Test
  void whatIsStoredAndPrunedIsInformation() throws Exception {
    succeed();
    listener.pruned("p", report(Set.of(KEY), Map.of()));
    listener.pruned("p", report(Set.of(), Map.of()));

    assertThat(log.lines).hasSize(2);
    assertThat(log.lines.get(0)).matches("INFO stored p/\\S+, \\d+ bytes in \\d+ ms");
    assertThat(log.lines.get(1)).isEqualTo("INFO pruned 1 of p: [" + KEY + "]");
  }

  @Test
  void aFailedPruneIsAWarningOnceWhileItsReasonLasts() {
    StoreException cause = new StoreException("the listing failed", null);
    listener.pruneFailed("p", cause);
    listener.pruneFailed("p", cause);
    listener.pruned("p", report(Set.of(), Map.of(KEY, "locked")));
    listener.pruned("p", report(Set.of(), Map.of()));
    listener.pruneFailed("p", cause);

    assertThat(log.lines)
        .containsExactly(
            "WARN p is not pruned: the listing failed",
            "DEBUG p is still not pruned: the listing failed",
            "WARN p is not pruned: the store refused to delete {" + KEY + "=locked}",
            "WARN p is not pruned: the listing failed");
  }

  @Test
  void eachAnomalyAndEachLostLockIsAWarning() {
    List<Anomaly> anomalies = List.of(new Anomaly(KEY, List.of("has revision 1")));
    listener.suspicious("p", anomalies);
    listener.suspicious("p", anomalies);
    listener.lockLost("p");

    assertThat(log.lines)
        .containsExactly(
            "WARN p is not pruned until this backup is accepted: " + KEY + " has revision 1",
            "WARN the lock of p was lost; the run stores nothing");
  }

  @Test
  void aProjectThatWasRemovedBeginsAnew() {
    SourceException source = new SourceException("no answer", null);
    fail(source, FailedRun.Reason.SOURCE);
    listener.removed("p");
    fail(source, FailedRun.Reason.SOURCE);

    assertThat(log.lines).hasSize(2).allMatch(line -> line.startsWith("WARN "));
  }

  /** Keeps what is logged at any level. */
  private static final class RecordingLogger extends LegacyAbstractLogger {
    @Serial private static final long serialVersionUID = 1;

    final transient List<String> lines = new ArrayList<>();

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        Marker marker,
        String message,
        Object[] arguments,
        @Nullable Throwable throwable) {
      lines.add(level + " " + MessageFormatter.arrayFormat(message, arguments).getMessage());
    }

    @Override
    public boolean isTraceEnabled() {
      return true;
    }

    @Override
    public boolean isDebugEnabled() {
      return true;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }
}
