package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.etcd.ChangeListener;
import dev.etcdbackup.etcd.ChangeRecorder;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code record}. */
@Command(
    name = "record",
    description =
        "Records the changes of a cluster until SIGTERM, so that 'restore --to-revision' and"
            + " '--to-time' can restore any state between two backups. Continues what is stored, or"
            + " takes a backup first. Run one recorder for each project.")
final class RecordCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final EtcdBackupCommand root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project the changes belong to.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(
      names = "--period",
      paramLabel = "DURATION",
      description = "How long after the first change an object is stored. Default: 10s.")
  private Duration period = Duration.ofSeconds(10);

  @Option(
      names = "--bytes",
      converter = Converters.Count.class,
      paramLabel = "N",
      description =
          "The number of bytes of changes after which an object is stored. Default:" + " 8388608.")
  private int bytes = 8 << 20;

  @Option(
      names = "--hash-every",
      converter = Converters.Count.class,
      paramLabel = "N",
      description =
          "Record the cluster's HashKV with every Nth object, to be compared with what is restored."
              + " Default: 360.")
  private int hashEvery = 360;

  @Option(
      names = "--compress",
      paramLabel = "zstd[:LEVEL]",
      description = "Compress backups and changes with zstd, level 1 (the default) to 19.")
  private EncodingConfig compression = EncodingConfig.NONE;

  @Option(
      names = "--encrypt-to",
      paramLabel = "PUBKEY",
      description =
          "Encrypt backups and changes to the OpenPGP public keys in this file. Without"
              + " --decrypt-with a restart takes a backup, since it cannot read what is stored."
              + " Repeat it for further recipients.")
  private List<Path> encryptTo = List.of();

  @Option(
      names = "--sign-with",
      paramLabel = "KEYFILE",
      description = "Sign backups and changes with the OpenPGP private key in this file.")
  private @Nullable Path signWith;

  RecordCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    if (root.hasFixedClock()) {
      throw new UsageException("--now cannot be combined with record");
    }
    EncodingConfig config = compression.encryptingTo(encryptTo);
    BackupEncodings encodings = root.encoding.readingAndWriting(config);
    EtcdConnection connection = root.etcd.connection(root.etcd.required());
    RunLog log = new RunLog(root.output());
    try (StoreOptions.OpenStore open = root.store.openToWrite()) {
      BackupStore store =
          signWith == null ? open.store() : root.encoding.signing(open.store(), signWith);
      ChangeRecorder recorder = recorder(connection, store, encodings, config, log);
      log.line("recording", project, recorder.toString());
      root.interruption().expect(PATIENCE);
      recorder.run();
    } catch (InterruptedException signalled) {
      log.line("stopped", project, "what is not stored yet is recorded by the next recorder");
    }
    return ExitCode.DONE;
  }

  private ChangeRecorder recorder(
      EtcdConnection connection,
      BackupStore store,
      BackupEncodings encodings,
      EncodingConfig config,
      RunLog log)
      throws UsageException, SourceException {
    SnapshotSource source = root.etcd.source(root.timeout());
    BackupService service = root.service(store);
    NamingStrategy naming = config.applyTo(NamingStrategy.periodic());
    ChangeRecorder.BaseSource bases =
        () -> {
          BackupResult result =
              service.backUp(
                  BackupRequest.builder(project, source)
                      .naming(naming)
                      .encodings(encodings)
                      .build());
          return new ChangeRecorder.Base(result.key(), result.info(), result.digest());
        };
    try {
      return ChangeRecorder.builder(connection, store, project, bases)
          .encodings(encodings, config.suffixes())
          .period(period)
          .bytes(bytes)
          .hashEvery(hashEvery)
          .listener(new Lines(log, project))
          .build();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  /** Writes a line for each thing that happens. */
  private record Lines(RunLog log, String project) implements ChangeListener {
    @Override
    public void based(BackupKey base, String reason) {
      log.line("base", project, base + ", because " + reason);
    }

    @Override
    public void stored(Backup changes, long events) {
      log.line(
          "stored",
          project,
          changes.key()
              + ", "
              + Counted.of(events, "event")
              + ", "
              + changes.stored().size()
              + " bytes");
    }

    @Override
    public void ended(long last, String reason) {
      log.line("ended", project, "the chain ends at revision " + last + ": " + reason);
    }

    @Override
    public void failed(BackupException failure) {
      log.line("failed", project, String.valueOf(failure.getMessage()));
    }
  }
}
