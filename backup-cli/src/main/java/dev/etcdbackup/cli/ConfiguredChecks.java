package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.Verification;
import dev.etcdbackup.cli.config.CheckConfig;
import dev.etcdbackup.etcd.drill.Drill;
import dev.etcdbackup.schedule.ScheduledCheck;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The checks of a configuration. */
final class ConfiguredChecks {
  private final EtcdBackupCommand root;

  ConfiguredChecks(EtcdBackupCommand root) {
    this.root = root;
  }

  List<ScheduledCheck> of(CheckConfig config) throws UsageException {
    List<ScheduledCheck> checks = new ArrayList<>();
    if (config.verifyEvery().isPresent()) {
      VerifyOptions options =
          config.deep() ? VerifyOptions.DEFAULT.deeply() : VerifyOptions.DEFAULT;
      BackupVerifier verifier =
          new SnapshotBackupVerifier(
                  root.encoding.reading(), OperandReader.temporaryDirectory(), options)
              .withUnpacking(root.encoding.unpacking());
      Duration every = config.verifyEvery().get();
      checks.add(
          config.sampleDays() == 0
              ? ScheduledCheck.verify(every, verifier)
              : ScheduledCheck.verify(every, verifier, config.sampleDays()));
    }
    if (config.drillEvery().isPresent()) {
      checks.add(
          new ScheduledCheck(
              ScheduledCheck.Kind.DRILL, config.drillEvery().get(), ConfiguredChecks::drill));
    }
    return checks;
  }

  /** Restores a backup below the temporary directory; with an etcd on the PATH, starts it. */
  private static Verification drill(Backup backup, BackupService backups) throws IOException {
    Path directory = Files.createTempDirectory(OperandReader.temporaryDirectory(), "etcd-backup-");
    Path file = directory.resolve("snapshot.db");
    try {
      backups.download(backup.key(), file);
      Drill.Builder drill = Drill.builder(OperandReader.temporaryDirectory());
      DrillCommand.onPath().ifPresent(drill::etcd);
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        return new Verification(drill.build().run(snapshot).problems());
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
  }
}
