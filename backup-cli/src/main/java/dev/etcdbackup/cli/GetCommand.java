package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.BackupProgress;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.DownloadRequest;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code get}. */
@Command(
    name = "get",
    description =
        "Downloads a backup into a file: the decoded and verified snapshot, as etcdctl"
            + " snapshot restore takes it. The file appears only when it is complete.")
final class GetCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY", description = "The backup: PROJECT/NAME.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  @Option(names = "--to", required = true, paramLabel = "FILE", description = "The file to write.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path target;

  @Option(names = "--force", description = "Replace an existing file.")
  private boolean force;

  @Option(
      names = "--raw",
      description = "The object byte for byte as it is stored, neither unpacked nor verified.")
  private boolean raw;

  GetCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A file that was written, as {@code -o json} shows it. */
  record WrittenJson(String key, String file, long size, @Nullable String sha256) {}

  @Override
  public Integer call() throws UsageException, IOException {
    checkTarget();
    if (!raw && BackupName.parse(key.name()).isEncrypted() && !root.encoding.canDecrypt()) {
      throw new UsageException(
          key
              + " is encrypted; get it with --decrypt-with KEYFILE, or with --raw and decrypt it"
              + " with gpg");
    }
    WrittenJson written;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required());
        ProgressLine progress = root.progress(key.project())) {
      written = write(root.service(open.store()), progress);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(e.getFile() + " already exists; add --force to replace it", e);
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(written);
    } else {
      String sha256 = written.sha256() == null ? "" : ", sha256 " + written.sha256();
      output.line(written.file() + ": " + written.size() + " bytes" + sha256);
    }
    return ExitCode.DONE;
  }

  private WrittenJson write(BackupService service, BackupProgress progress) throws IOException {
    DownloadRequest.Builder builder = DownloadRequest.builder(key, target).progress(progress);
    if (force) {
      builder.options(StandardCopyOption.REPLACE_EXISTING);
    }
    DownloadRequest request = builder.build();
    if (raw) {
      long size = service.downloadRaw(request);
      return new WrittenJson(key.toString(), target.toString(), size, null);
    }
    SnapshotDigest digest = service.download(request);
    return new WrittenJson(key.toString(), target.toString(), digest.size(), digest.sha256());
  }

  /** Refuses, before anything is read, what could not be written in the end. */
  private void checkTarget() throws UsageException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new UsageException("--to: there is no directory " + directory);
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new UsageException("--to: " + target + " is not a file");
    }
  }
}
