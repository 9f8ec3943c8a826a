package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.SignedBackupStore;
import dev.etcdbackup.openpgp.SigningKey;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.testkit.ManualClock;
import dev.etcdbackup.zstd.Zstandard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Full backups that {@code run} makes of recorded changes. */
@Tag("server")
@Timeout(120)
class ScheduledConsolidationTest {
  @TempDir static Path shared;
  private static RecordedProject recorded;
  private static String base;

  @TempDir Path directory;

  @BeforeAll
  static void record() throws Exception {
    recorded = RecordedProject.in(shared);
    base = recorded.base();
  }

  @AfterAll
  static void stop() throws Exception {
    if (recorded != null) { // there may be no etcd on this machine
      recorded.close();
    }
  }

  @Test
  void aFullBackupIsMadeOfTheChangesWhenTheNewestIsOld() throws Exception {
    Path copy = directory.resolve("copy");
    recorded.copyTo(copy);
    BackupStore own = DirectoryBackupStore.at(copy);
    Instant taken = BackupName.parse(BackupKey.parse(base).name()).time().orElseThrow();
    ManualClock clock = new ManualClock(taken.plusSeconds(3599));
    BackupEncodings encodings = BackupEncodings.of(new Zstandard());
    BackupLock lock = BackupLock.inProcess();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    RunLog log =
        new RunLog(new Output(stream, Output.Format.TEXT, new TerminalLine(stream, false)));
    ScheduledConsolidation.Project project =
        new ScheduledConsolidation.Project(
            "p",
            Duration.ofHours(1),
            own,
            encodings,
            NamingStrategy.periodic(),
            Duration.ofMinutes(1));
    try (ScheduledConsolidation due =
        new ScheduledConsolidation(
            own, lock, clock, log, new ChangeMetrics(new SimpleMeterRegistry()))) {
      assertThat(due.consolidateIfDue(project)).as("not yet").isEmpty();
      Instant unused = clock.pass(Duration.ofSeconds(1));
      try (BackupLock.Held other = lock.tryAcquire("p", () -> {}).orElseThrow()) {
        assertThat(other.confirm()).isTrue();
        assertThat(due.consolidateIfDue(project)).as("another process is at it").isEmpty();
      }
      BackupKey made = due.consolidateIfDue(project).orElseThrow().key();
      assertThat(made.name()).startsWith("etcd.backup_v21_");
      assertThat(Cli.on(copy, "verify", made.toString(), "--deep").code()).isZero();
      assertThat(Cli.on(copy, "keys", made.toString()).out().lines()).hasSize(20);
      unused = clock.pass(Duration.ofHours(1));
      assertThat(due.consolidateIfDue(project)).as("no changes after it").isEmpty();
    }
  }

  @Test
  void whatAnotherProcessHasConsolidatedIsNotConsolidatedAgain() throws Exception {
    Path copy = directory.resolve("copy");
    recorded.copyTo(copy);
    BackupLock afterTheOther =
        (project, onLoss) -> {
          assertThat(Cli.on(copy, "consolidate", "p").code()).isZero();
          return BackupLock.inProcess().tryAcquire(project, onLoss);
        };
    Instant due = taken().plusSeconds(3600);
    assertThat(consolidateIfDue(copy, afterTheOther, due)).isEmpty();
    assertThat(Cli.on(copy, "list", "p").out().lines().filter(key -> key.contains("backup_v")))
        .hasSize(2);
  }

  @Test
  void aConsolidationWhoseLockIsLostStoresNothing() throws Exception {
    Path copy = directory.resolve("copy");
    recorded.copyTo(copy);
    Iterator<Boolean> answers = List.of(true, false).iterator();
    BackupLock lost =
        (project, onLoss) ->
            Optional.of(
                new BackupLock.Held() {
                  @Override
                  public boolean confirm() {
                    return answers.next();
                  }

                  @Override
                  public void close() {}
                });
    Instant due = taken().plusSeconds(3600);
    assertThatThrownBy(() -> consolidateIfDue(copy, lost, due))
        .isInstanceOf(SourceException.class)
        .hasMessage("the lock of p was lost before the commit; nothing was stored");
    assertThat(Cli.on(copy, "latest", "p").out().strip()).isEqualTo(base);
  }

  private Instant taken() {
    return BackupName.parse(BackupKey.parse(base).name()).time().orElseThrow();
  }

  private static Optional<BackupResult> consolidateIfDue(Path copy, BackupLock lock, Instant now)
      throws Exception {
    BackupStore own = DirectoryBackupStore.at(copy);
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    ScheduledConsolidation.Project project =
        new ScheduledConsolidation.Project(
            "p",
            Duration.ofHours(1),
            own,
            BackupEncodings.of(new Zstandard()),
            NamingStrategy.periodic(),
            Duration.ofMinutes(1));
    try (ScheduledConsolidation due =
        new ScheduledConsolidation(
            own,
            lock,
            InstantSource.fixed(now),
            new RunLog(new Output(out, Output.Format.TEXT, new TerminalLine(out, false))),
            new ChangeMetrics(new SimpleMeterRegistry()))) {
      return due.consolidateIfDue(project);
    }
  }

  /** The signature of the new backup would be on what someone else wrote. */
  @Test
  void whatIsNotSignedIsNotConsolidatedIntoASignedBackup() throws Exception {
    Path copy = directory.resolve("copy");
    recorded.copyTo(copy);
    OpenPgpFiles keys = OpenPgpFiles.in(directory);
    BackupConfig config =
        BackupConfig.read(
            Files.writeString(
                directory.resolve("c.yaml"),
                """
                store: %s
                encoding: {signWith: %s, passphraseFile: %s}
                clusters:
                - {project: p, endpoints: ["%s"], interval: 7d, changes: {consolidateEvery: 1m}}
                """
                    .formatted(
                        copy.toUri(),
                        keys.privateKey(),
                        keys.passphrase(),
                        recorded.etcd.endpoint())),
            Optional.empty());
    BackupStore own = DirectoryBackupStore.at(copy);
    ScheduledConsolidation.Project project =
        new ScheduledConsolidation.Project(
            "p",
            Duration.ofMinutes(1),
            EncodingOptions.openingSigned(own, config.clusters().get(0)),
            BackupEncodings.of(new Zstandard()),
            NamingStrategy.periodic(),
            Duration.ofMinutes(1));
    Instant taken = BackupName.parse(BackupKey.parse(base).name()).time().orElseThrow();
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    try (ScheduledConsolidation due =
        new ScheduledConsolidation(
            EncodingOptions.signing(own, config),
            BackupLock.inProcess(),
            new ManualClock(taken.plusSeconds(60)),
            new RunLog(new Output(out, Output.Format.TEXT, new TerminalLine(out, false))),
            new ChangeMetrics(new SimpleMeterRegistry()))) {
      assertThatThrownBy(() -> due.consolidateIfDue(project))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining(base + " is not signed");
      sign(copy, keys, base);
      assertThatThrownBy(() -> due.consolidateIfDue(project))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining(
              "is not signed: there is no p/.etcd-backup/signatures/etcd.changes");
      assertThat(Cli.on(copy, "latest", "p").out().strip()).isEqualTo(base);
    }
  }

  /** Stores a backup again, signed. */
  private static void sign(Path copy, OpenPgpFiles keys, String key) throws Exception {
    BackupStore signing =
        SignedBackupStore.signing(
            DirectoryBackupStore.at(copy),
            SigningKey.read(keys.privateKey(), Passphrase.read(keys.passphrase())));
    byte[] bytes = Files.readAllBytes(copy.resolve(key));
    Files.delete(copy.resolve(key));
    assertThat(
            signing.put(
                BackupKey.parse(key), Content.of(new ByteArrayInputStream(bytes), bytes.length)))
        .isNotNull();
  }
}
