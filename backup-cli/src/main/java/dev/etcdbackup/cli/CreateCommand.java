package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
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
  private EncodingConfig compression = EncodingConfig.NONE;

  @Option(
      names = "--encrypt-to",
      paramLabel = "PUBKEY",
      description =
          "Encrypt the backup to the OpenPGP public keys in this file, as 'gpg --export' writes"
              + " them; its name ends in .gpg. Repeat it for further recipients.")
  private List<Path> encryptTo = List.of();

  @Option(
      names = "--sign-with",
      paramLabel = "KEYFILE",
      description =
          "Sign the backup with the OpenPGP private key in this file; its passphrase is that of"
              + " --passphrase-file.")
  private @Nullable Path signWith;

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
    if (file != null && root.etcd.isGiven()) {
      throw new UsageException("--from-file and --etcd exclude each other");
    }
    BackupEncodings encodings = EncodingOptions.writing(compression.encryptingTo(encryptTo));
    BackupResult result;
    try (FromFile unpacked = FromFile.of(file, root.encoding.unpacking());
        StoreOptions.OpenStore open = root.store.openToWrite();
        ProgressLine progress = root.progress(project)) {
      result =
          root.service(target(open.store()))
              .backUp(
                  BackupRequest.builder(project, source(unpacked))
                      .naming(naming)
                      .encodings(encodings)
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

  private BackupStore target(BackupStore store) throws UsageException {
    return signWith == null ? store : root.encoding.signing(store, signWith);
  }

  private SnapshotSource source(FromFile unpacked) throws UsageException, SourceException {
    if (file == null) {
      return root.etcd.source(root.timeout());
    }
    return unpacked.source();
  }

  private NamingStrategy naming() throws UsageException {
    if (name == null) {
      if (tarball && compression.zstdLevel().isPresent()) {
        throw new UsageException("--compress and --tarball exclude each other");
      }
      return compression
          .encryptingTo(encryptTo)
          .applyTo(tarball ? NamingStrategy.tarball() : NamingStrategy.periodic());
    }
    if (!encryptTo.isEmpty()) {
      throw new UsageException("--name and --encrypt-to exclude each other");
    }
    if (tarball || !compression.suffixes().isEmpty()) {
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
