package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.restore.Consolidation;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.snapshot.FileSnapshotSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code consolidate}. */
@Command(
    name = "consolidate",
    description =
        "Makes a new full backup of the newest backup and the changes recorded after it, without"
            + " asking etcd, and prints its key. Its name has the revision and the time up to which"
            + " it goes. Exits with 1 when there are no changes.")
final class ConsolidateCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "PROJECT|KEY", description = "The project, or the backup to begin with.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String operand;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  @Option(
      names = "--compress",
      paramLabel = "zstd[:LEVEL]",
      description = "Compress the backup with zstd, level 1 (the default) to 19.")
  private EncodingConfig compression = EncodingConfig.NONE;

  @Option(
      names = "--encrypt-to",
      paramLabel = "PUBKEY",
      description =
          "Encrypt the backup to the OpenPGP public keys in this file. Repeat it for further"
              + " recipients.")
  private List<Path> encryptTo = List.of();

  ConsolidateCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A consolidated backup as {@code -o json} shows it. */
  record ConsolidatedJson(
      String key, String base, long revision, String time, int objects, long events, long size) {}

  @Override
  public Integer call() throws UsageException, IOException {
    SnapshotOperand from = new SnapshotOperand.InStore(BackupKey.parse(operand));
    Path directory = Files.createTempDirectory(OperandReader.temporaryDirectory(), "etcd-backup-");
    Path file = directory.resolve("consolidated.db");
    try {
      return new PointInTimeReader(root, point)
          .read(
              from,
              (base, snapshot, changes) -> {
                Reached reached = Consolidation.write(snapshot, changes, file);
                if (reached.time().isEmpty()) {
                  root.warn("there are no changes after " + base.key());
                  return ExitCode.NO;
                }
                reached.problem().ifPresent(root::warn);
                BackupResult stored = store(base.key().project(), file, reached.time().get());
                print(base.key().toString(), stored, reached);
                return ExitCode.DONE;
              });
    } finally {
      Files.deleteIfExists(file);
      Files.delete(directory);
    }
  }

  /** Stores the snapshot under the time up to which it goes, not under that of today. */
  private BackupResult store(String project, Path file, Instant time)
      throws UsageException, IOException {
    EncodingConfig config = compression.encryptingTo(encryptTo);
    BackupEncodings encodings = EncodingOptions.writing(config);
    try (StoreOptions.OpenStore open = root.store.openToWrite()) {
      return BackupService.builder(open.store())
          .encodings(encodings)
          .clock(InstantSource.fixed(time))
          .timeout(root.timeout())
          .build()
          .backUp(
              BackupRequest.builder(project, FileSnapshotSource.of(file))
                  .naming(config.applyTo(NamingStrategy.periodic()))
                  .build());
    }
  }

  private void print(String base, BackupResult stored, Reached reached) {
    Output output = root.output();
    if (output.isJson()) {
      output.json(
          new ConsolidatedJson(
              stored.key().toString(),
              base,
              reached.revision(),
              reached.time().map(Object::toString).orElse(""),
              reached.objects(),
              reached.events(),
              stored.backup().stored().size()));
    } else {
      output.line(stored.key().toString());
    }
  }
}
