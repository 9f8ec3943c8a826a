package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsolidationFailureTest {
  /** Changes are held in memory, of which there may be too little. */
  @Test
  void whateverFailsIsReportedAndTriedAgain() throws Exception {
    CountDownLatch tries = new CountDownLatch(4);
    BackupStore failing =
        new ForwardingBackupStore(new InMemoryBackupStore()) {
          @Override
          public List<StoredBackup> list(String project) throws BackupException {
            tries.countDown();
            if (tries.getCount() % 2 == 0) {
              throw new OutOfMemoryError("Java heap space");
            }
            throw new StoreException("the store does not answer", null);
          }
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    RunLog log =
        new RunLog(new Output(stream, Output.Format.TEXT, new TerminalLine(stream, false)));
    try (ScheduledConsolidation consolidation =
        new ScheduledConsolidation(
            failing,
            BackupLock.inProcess(),
            InstantSource.system(),
            log,
            new ChangeMetrics(new SimpleMeterRegistry()))) {
      consolidation.start(
          List.of(
              new ScheduledConsolidation.Project(
                  "p",
                  Duration.ofMillis(50),
                  failing,
                  BackupEncodings.none(),
                  NamingStrategy.periodic(),
                  Duration.ofMinutes(1))));
      assertThat(tries.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(out.toString(UTF_8))
        .contains("consolidating changes: the store does not answer")
        .contains("consolidating changes: Java heap space");
  }
}
