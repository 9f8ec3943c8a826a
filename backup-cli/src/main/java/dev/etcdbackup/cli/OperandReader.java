package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.ReadOptions.Checksum;
import dev.etcdbackup.snapshot.ReadOptions.Extent;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens the snapshot that a command reads, and leaves no temporary file behind. */
final class OperandReader {
  private final EtcdBackupCommand root;
  private final BackupEncodings encodings;
  private final ReadOptions.Builder options;
  private String signatureOption = "";
  private @Nullable Path signer;
  private boolean readsRecipients;
  private Optional<Recipients> encryptedTo = Optional.empty();

  OperandReader(EtcdBackupCommand root) throws UsageException {
    this.root = root;
    this.encodings = root.encoding.reading();
    this.options =
        ReadOptions.builder(encodings, temporaryDirectory())
            .timeout(root.timeout())
            .unpacking(root.encoding.unpacking());
  }

  /** Refuses backups that none of the keys in a file signed, before anything is written. */
  OperandReader requireSignature(String option, @Nullable Path publicKey) {
    signatureOption = option;
    signer = publicKey;
    return this;
  }

  /** What is done with an open snapshot. */
  @FunctionalInterface
  interface Work<T> {
    T run(EtcdSnapshot snapshot, StoredSnapshot.Access access) throws IOException, UsageException;
  }

  /** Also reads to whom what is opened is encrypted, which takes one more request. */
  OperandReader readRecipients() {
    readsRecipients = true;
    return this;
  }

  /** To whom what was opened is encrypted; empty when it is not. */
  Optional<Recipients> encryptedTo() {
    return encryptedTo;
  }

  /** Where temporary files go: {@code /tmp}, or {@code -Djava.io.tmpdir}. */
  static Path temporaryDirectory() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** How bytes are read, for people. */
  static String text(StoredSnapshot.Access access) {
    return access.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** For work that reads all of a snapshot: a stored one is copied and its SHA-256 verified. */
  <T> T whole(SnapshotOperand operand, Work<T> work) throws UsageException, IOException {
    return read(operand, options.extent(Extent.WHOLE).checksum(Checksum.REQUIRED), work);
  }

  /** The same, of a backup and the changes after it where a point in time is given. */
  <T> T whole(SnapshotOperand operand, PointInTimeOptions point, Work<T> work)
      throws UsageException, IOException {
    point.requireComplete();
    return point.isGiven()
        ? new PointInTimeReader(root, point).requireSignature(signer).consolidated(operand, work)
        : whole(operand, work);
  }

  /** The same, but it is opened whatever its SHA-256 is: for work that verifies it. */
  <T> T unverified(SnapshotOperand operand, Work<T> work) throws UsageException, IOException {
    return read(operand, options.extent(Extent.WHOLE).checksum(Checksum.REPORTED), work);
  }

  /** Verifies a stored backup, which is read once, without a copy, if it is good. */
  Verification verify(SnapshotOperand.InStore operand, VerifyOptions how)
      throws UsageException, IOException {
    requireReadable(operand);
    try (ProgressLine progress = root.progress(label(operand))) {
      SnapshotBackupVerifier verifier =
          new SnapshotBackupVerifier(encodings, temporaryDirectory(), how)
              .withUnpacking(root.encoding.unpacking())
              .withTimeout(root.timeout())
              .withProgress(progress::moved);
      return stored(operand.key(), verifier::verify);
    }
  }

  /** What is done with a stored backup that is not open yet. */
  @FunctionalInterface
  interface StoredWork<T> {
    T run(Backup backup, BackupStore store, ReadOptions options) throws IOException, UsageException;
  }

  /** For work that opens a stored backup by itself. */
  <T> T stored(SnapshotOperand.InStore operand, Checksum checksum, StoredWork<T> work)
      throws UsageException, IOException {
    return reading(
        operand,
        options.extent(Extent.WHOLE).checksum(checksum),
        how -> stored(operand.key(), (backup, store) -> work.run(backup, store, how)));
  }

  /** For work that reads a few pages: a stored backup is read by ranges if that is possible. */
  <T> T pages(SnapshotOperand operand, Work<T> work) throws UsageException, IOException {
    return read(operand, options.extent(Extent.FEW_PAGES).checksum(Checksum.REQUIRED), work);
  }

  private <T> T read(SnapshotOperand operand, ReadOptions.Builder how, Work<T> work)
      throws UsageException, IOException {
    return reading(
        operand,
        how,
        built ->
            operand instanceof SnapshotOperand.InStore in
                ? stored(
                    in.key(),
                    (backup, store) -> run(StoredSnapshot.open(backup, store, built), work))
                : file(((SnapshotOperand.InFile) operand).file(), operand.name(), built, work));
  }

  /** What is done with the options of reading. */
  @FunctionalInterface
  private interface Reading<T> {
    T run(ReadOptions options) throws IOException, UsageException;
  }

  private <T> T reading(SnapshotOperand operand, ReadOptions.Builder how, Reading<T> reading)
      throws UsageException, IOException {
    requireReadable(operand);
    try (ProgressLine progress = root.progress(label(operand))) {
      return reading.run(how.progress(progress::moved).passProgress(progress::moved).build());
    } catch (CorruptBackupException e) {
      throw new CorruptBackupException(operand + ": " + e.getMessage(), e);
    }
  }

  private static String label(SnapshotOperand operand) {
    return operand instanceof SnapshotOperand.InStore in
        ? in.key().project()
        : String.valueOf(((SnapshotOperand.InFile) operand).file().getFileName());
  }

  private <T> T file(Path file, BackupName name, ReadOptions how, Work<T> work)
      throws UsageException, IOException {
    if (readsRecipients) {
      try (InputStream head = Files.newInputStream(file)) {
        encryptedTo = encodings.encryptedTo(head, name);
      }
    }
    return run(StoredSnapshot.open(file, how), work);
  }

  /** What is done with a backup that was found. */
  @FunctionalInterface
  private interface FoundWork<T> {
    T run(Backup backup, BackupStore store) throws IOException, UsageException;
  }

  private <T> T stored(BackupKey key, FoundWork<T> work) throws UsageException, IOException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      BackupStore store =
          signer == null
              ? open.store()
              : EncodingOptions.requiringSignature(open.store(), signatureOption, signer);
      StoredBackup stored = store.find(key).orElseThrow(() -> new BackupNotFoundException(key));
      Backup backup = Backup.of(stored, ZoneOffset.UTC);
      if (readsRecipients) {
        encryptedTo = root.service(open.store()).encryptedTo(backup);
      }
      return work.run(backup, store);
    }
  }

  private static <T> T run(StoredSnapshot stored, Work<T> work) throws UsageException, IOException {
    try (stored) {
      return work.run(stored.snapshot(), stored.access());
    }
  }

  private void requireReadable(SnapshotOperand operand) throws UsageException {
    if (signer != null && operand instanceof SnapshotOperand.InFile) {
      throw new UsageException(
          signatureOption + " goes with the key of a backup; the signature of a file is not known");
    }
    Optional<String> missing = encodings.missing(operand.name());
    if (missing.isPresent() && operand.name().isEncrypted()) {
      throw new UsageException(
          operand + " is encrypted; give --decrypt-with KEYFILE, or decrypt it with gpg first");
    }
    if (missing.isPresent()) {
      throw new UsageException(operand + " cannot be read, because " + missing.get());
    }
    if (operand instanceof SnapshotOperand.InFile in && !Files.isRegularFile(in.file())) {
      String problem = Files.exists(in.file()) ? " is not a file" : " is not there";
      throw new UsageException(operand + problem);
    }
  }
}
