package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.NamingStrategy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code create}. */
@Command(name = "create", description = "Takes a backup now and prints its key.")
final class CreateCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project the backup belongs to.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A name of your own. Such a backup is never pruned. Default:"
              + " etcd.backup_vREVISION_TIME.")
  private @Nullable String name;

  @Option(names = "--tarball", description = "Pack the snapshot into etcd-backup-TIME.tar.gz.")
  private boolean tarball;

  @Option(
      names = "--compress",
      paramLabel = "zstd[:LEVEL]",
      description =
          "Compress the snapshot with zstd, level 1 (the default) to 19, and append .zst to its"
              + " name.")
  private EncodingConfig encoding = EncodingConfig.NONE;

  @Option(
      names = "--from-file",
      paramLabel = "FILE",
      description =
          "Instead of a running cluster: a snapshot in a file, or a copy of a dead member's"
              + " member/snap/db, which gets its SHA-256.")
  private @Nullable Path file;

  CreateCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A new backup as {@code -o json} shows it. */
  record CreatedJson(
      String key,
      @Nullable Long revision,
      long size,
      long snapshotSize,
      String sha256,
      double seconds,
      long storedSize,
      String storedSha256,
      List<String> encoding) {
    static CreatedJson of(BackupResult result) {
      return new CreatedJson(
          result.key().toString(),
          result.digest().revision().isPresent() ? result.digest().revision().getAsLong() : null,
          result.backup().stored().size(),
          result.digest().size(),
          result.digest().sha256(),
          result.duration().toMillis() / 1000.0,
          result.backup().stored().size(),
          result.storedSha256(),
          BackupJson.encoding(result.backup()));
    }
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    NamingStrategy naming = naming();
    if (file != null && !root.etcd.endpoints.isEmpty()) {
      throw new UsageException("--from-file and --etcd exclude each other");
    }
    BackupResult result;
    try (FromFile unpacked = FromFile.of(file, root.encoding.unpacking());
        StoreOptions.OpenStore open = root.store.openToWrite();
        ProgressLine progress = ProgressLine.on(root.errors(), project)) {
      result =
          root.service(open.store())
              .backUp(
                  BackupRequest.builder(project, source(unpacked))
                      .naming(naming)
                      .encodings(EncodingOptions.writing(encoding))
                      .progress(progress)
                      .build());
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(CreatedJson.of(result));
    } else {
      output.line(result.key().toString());
    }
    return ExitCode.DONE;
  }

  private SnapshotSource source(FromFile unpacked) throws UsageException {
    if (file == null) {
      return root.etcd.source(root.timeout);
    }
    return unpacked.source();
  }

  private NamingStrategy naming() throws UsageException {
    if (name == null) {
      if (tarball && encoding.zstdLevel().isPresent()) {
        throw new UsageException("--compress and --tarball exclude each other");
      }
      return encoding.applyTo(tarball ? NamingStrategy.tarball() : NamingStrategy.periodic());
    }
    if (tarball || !encoding.suffixes().isEmpty()) {
      String other = tarball ? "--tarball" : "--compress";
      throw new UsageException("--name and " + other + " exclude each other");
    }
    try {
      BackupKey.of(project, name);
      return NamingStrategy.manual(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--name: " + e.getMessage());
    }
  }
}
