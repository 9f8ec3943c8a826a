package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.restore.BaseChoice;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.ConsolidatedSnapshot;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens a backup and the changes recorded after it. */
final class PointInTimeReader {
  private final EtcdBackupCommand root;
  private final PointInTimeOptions point;
  private @Nullable Path signer;
  private boolean readsRecipients;
  private Optional<Recipients> encryptedTo = Optional.empty();

  PointInTimeReader(EtcdBackupCommand root, PointInTimeOptions point) {
    this.root = root;
    this.point = point;
  }

  /** Refuses backups and changes that none of the keys in a file signed. */
  PointInTimeReader requireSignature(@Nullable Path publicKey) {
    signer = publicKey;
    return this;
  }

  /** What is done with an open backup and its changes. */
  @FunctionalInterface
  interface Work<T> {
    T run(Backup base, EtcdSnapshot snapshot, ChangeReplay changes)
        throws IOException, UsageException;
  }

  /** Also reads to whom the backup is encrypted, which takes one more request. */
  PointInTimeReader readRecipients() {
    readsRecipients = true;
    return this;
  }

  /** To whom the backup that was read is encrypted; empty when it is not. */
  Optional<Recipients> encryptedTo() {
    return encryptedTo;
  }

  /** Reads a backup that is named, or that is chosen in a project. */
  <T> T read(SnapshotOperand operand, Work<T> work) throws UsageException, IOException {
    if (!(operand instanceof SnapshotOperand.InStore in)) {
      throw new UsageException(
          "changes are recorded after a stored backup; give a project or a key, not a file");
    }
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      return read(open.store(), in.key(), work);
    }
  }

  /** The same, in a store that is open. */
  <T> T read(BackupStore stored, BackupKey key, Work<T> work) throws UsageException, IOException {
    PointInTime until = point.point();
    BackupEncodings encodings = root.encoding.reading();
    BackupStore store =
        signer == null
            ? stored
            : EncodingOptions.requiringSignature(stored, "--require-signature", signer);
    boolean isProject = key.project().isEmpty();
    List<Backup> listing =
        root.service(store)
            .listReadable(isProject ? key.name() : key.project(), root::warnIncomplete);
    Backup base =
        isProject ? chosen(store, encodings, listing, until, key.name()) : named(store, key);
    Optional<String> missing = encodings.missing(base.name());
    if (missing.isPresent()) {
      throw new UsageException(base.key() + " cannot be read, because " + missing.get());
    }
    if (readsRecipients) {
      encryptedTo = root.service(store).encryptedTo(base);
    }
    ChangeReplay changes = ChangeReplay.of(store, encodings, listing, base, until);
    if (point.asFarAsPossible()) {
      changes = changes.asFarAsPossible();
    }
    try (ProgressLine progress = root.progress(base.key().project())) {
      ReadOptions.Builder whole =
          options(encodings).progress(progress::moved).passProgress(progress::moved);
      return run(StoredSnapshot.open(base, store, whole.build()), base, changes, work);
    }
  }

  private static <T> T run(StoredSnapshot stored, Backup base, ChangeReplay changes, Work<T> work)
      throws UsageException, IOException {
    try (stored) {
      return work.run(base, stored.snapshot(), changes);
    } catch (IllegalArgumentException e) { // the backup does not allow the point
      throw new UsageException("--" + e.getMessage());
    }
  }

  /** Writes the state to a temporary file, and deletes it when the work is done. */
  <T> T consolidated(SnapshotOperand operand, OperandReader.Work<T> work)
      throws UsageException, IOException {
    ConsolidatedSnapshot consolidated =
        read(
            operand,
            (base, snapshot, changes) ->
                ConsolidatedSnapshot.open(snapshot, changes, OperandReader.temporaryDirectory()));
    try (consolidated) {
      consolidated.reached().problem().ifPresent(root::warn);
      return work.run(consolidated.snapshot(), StoredSnapshot.Access.TEMPORARY_FILE);
    }
  }

  /** A signature is of all bytes, so candidates that must be signed are read to their end. */
  private Backup chosen(
      BackupStore store,
      BackupEncodings encodings,
      List<Backup> listing,
      PointInTime until,
      String project)
      throws UsageException, IOException {
    ReadOptions.Extent extent =
        signer == null ? ReadOptions.Extent.FEW_PAGES : ReadOptions.Extent.WHOLE;
    return new BaseChoice(store, encodings, options(encodings).extent(extent).build())
        .choose(counted(listing, until), until)
        .orElseThrow(
            () ->
                new BackupNotFoundException(
                    BackupKey.parse(project),
                    "no backup of " + project + " leads to " + until,
                    null));
  }

  /** Of a revision it does not matter when the backup before it was taken. */
  private List<Backup> counted(List<Backup> listing, PointInTime until) {
    Instant now = root.clock().instant();
    return until.revision().isPresent()
        ? listing
        : listing.stream().filter(one -> !one.isDatedAhead(now)).toList();
  }

  private Backup named(BackupStore store, BackupKey key) throws IOException, UsageException {
    StoredBackup stored = store.find(key).orElseThrow(() -> new BackupNotFoundException(key));
    return Backup.of(stored, root.tarballZone());
  }

  private ReadOptions.Builder options(BackupEncodings encodings) throws UsageException {
    return ReadOptions.builder(encodings, OperandReader.temporaryDirectory())
        .timeout(root.timeout())
        .unpacking(root.encoding.unpacking());
  }
}
