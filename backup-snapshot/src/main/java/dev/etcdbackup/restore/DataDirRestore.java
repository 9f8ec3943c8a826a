package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.snapshot.Alarm;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HistoryFilter;
import dev.etcdbackup.snapshot.Preflight;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes the data directory of one member of a new cluster out of a snapshot, as {@code etcdutl
 * snapshot restore} does, without it. Names and defaults are its own. etcd 3.4 to 3.7 start from
 * the directory, whichever of them the snapshot is of. {@link DataDirRestoreBuilder#select}
 * restores a part.
 *
 * <p>A cluster is restored by restoring each of its members from the same snapshot with the same
 * initial cluster and token. Keys, history, leases, users, passwords and alarms come back; members
 * do not: they are those of the initial cluster, all with a vote. Members of the old cluster must
 * not reach the new ones: stop them, or choose another token.
 *
 * <p>Immutable and thread-safe.
 */
public final class DataDirRestore {
  static final String DEFAULT_PEER = "http://localhost:2380";

  private final RaftState state;
  private final ClusterMember member;
  private final long bump;
  private final int leastUsedPercent;
  private final DatabaseCopy.Settings settings;

  DataDirRestore(DataDirRestoreBuilder builder) {
    String cluster =
        builder.initialCluster.isEmpty()
            ? builder.name + "=" + DEFAULT_PEER
            : builder.initialCluster;
    this.state = new RaftState(NewCluster.parse(cluster, builder.token));
    this.member = state.cluster().member(builder.name);
    this.bump = builder.bump;
    this.leastUsedPercent = builder.leastUsedPercent;
    this.settings =
        new DatabaseCopy.Settings(
            builder.clearsAlarms,
            builder.skipsHashCheck,
            builder.selection,
            builder.dropsAuth,
            builder.rootPasswordHash);
    List<String> advertised =
        PeerUrls.parse("initial-advertise-peer-urls", List.of(builder.advertised.split(",", -1)));
    if (!advertised.equals(member.peerUrls())) {
      throw new IllegalArgumentException(
          "initial-advertise-peer-urls is "
              + String.join(",", advertised)
              + " but initial-cluster has "
              + String.join(",", member.peerUrls())
              + " for "
              + member.name()
              + "; give both the same addresses");
    }
  }

  /**
   * Begins with the defaults of {@code etcdutl}: a single member {@code default} at {@code
   * http://localhost:2380}.
   *
   * @return the settings
   */
  public static DataDirRestoreBuilder builder() {
    return new DataDirRestoreBuilder();
  }

  /**
   * Restores a snapshot. It is verified to the last page and entry, its SHA-256 included, while it
   * is copied: nothing has its name before all of it is verified and on the disk.
   *
   * <p>The database is written anew, without what was free in the old one, into a directory beside
   * the data directory, {@code .NAME.restore-*}, which is then renamed; where the data directory is
   * there and empty, within it. That needs as much space as the snapshot has, at most. What this
   * throws leaves nothing behind but directories above; a process that is killed leaves that
   * directory, and no data directory.
   *
   * <p>Blocks, and is ended by an interrupt within a second. Works on the caller's thread and two
   * more, ended when this returns. Takes 12 MiB on top of what {@link EtcdSnapshot} says, and reads
   * everything twice at the same time.
   *
   * @param snapshot the snapshot, whole; not closed
   * @param dataDir the data directory: not there, or empty. Directories above it are made
   * @return the member
   * @throws CorruptBackupException when the snapshot is damaged, or has no SHA-256
   * @throws FileAlreadyExistsException when the data directory is not empty
   * @throws RevisionNotRetainedException when the snapshot does not hold the last revision of the
   *     selection
   * @throws IllegalArgumentException when the revision cannot be raised as far as was asked for
   * @throws IOException when the snapshot cannot be read, or the directory cannot be written
   */
  public RestoredMember restore(EtcdSnapshot snapshot, Path dataDir) throws IOException {
    return restore(snapshot, dataDir, Optional.empty()).member();
  }

  /**
   * Restores a stored backup. It is read once, in one request, and verified to the last page and
   * entry, its SHA-256 included, before the data directory has its name.
   *
   * <p>When all of it is restored, with its checksum and at its own revision, it is written once,
   * too: into the directory beside the data directory, where its events and leases stay as they
   * are, and the rest is written behind them. Only a database of which less than half is in use, or
   * whose quota was used up (it has the alarm {@code NOSPACE}), is then written anew, as by {@link
   * #restore(EtcdSnapshot, Path)}. There must be as much space as the snapshot has, half as much
   * again in the first case, twice as much in the second. Otherwise it is copied as {@link
   * StoredSnapshot} says, to the options' temporary directory, and restored from there.
   *
   * <p>Blocks, and is ended by an interrupt within a second. Takes 6 MiB on top of what {@link
   * EtcdSnapshot} and the backup's encodings say.
   *
   * @param backup the backup
   * @param store where it is stored
   * @param options how to read it
   * @param dataDir the data directory: not there, or empty. Directories above it are made
   * @return the member
   * @throws IllegalArgumentException when an encoding that the backup's name asks for is not among
   *     those of the options, or the revision cannot be raised as far as was asked for
   * @throws CorruptBackupException when the backup is damaged, or has no SHA-256
   * @throws FileAlreadyExistsException when the data directory is not empty
   * @throws RevisionNotRetainedException when the backup does not hold the last revision of the
   *     selection
   * @throws BackupNotFoundException when the backup is no longer there
   * @throws StoreException when the backup cannot be read
   * @throws IOException when the directory cannot be written
   */
  public RestoredMember restore(Backup backup, BackupStore store, ReadOptions options, Path dataDir)
      throws IOException {
    if (bump != 0 || settings.skipsHashCheck() || !settings.selection().isAll()) {
      requireFree(dataDir); // before anything is downloaded
      try (StoredSnapshot stored = StoredSnapshot.open(backup, store, options)) {
        return restore(stored.snapshot(), dataDir);
      }
    }
    long size = backup.name().encodings().isEmpty() ? backup.stored().size() : 0;
    return staged(
        dataDir, size, staged -> member(dataDir, restoreCopy(backup, store, options, staged)));
  }

  /**
   * Restores a snapshot and the changes that were recorded after it, with the same revisions,
   * versions and leases, byte for byte. Each object of changes is verified before its events are
   * used. What the live cluster answered to HashKV while it was recorded, at the last such answer
   * up to the restored revision, is compared with the restored database.
   *
   * <p>Otherwise as {@link #restore(EtcdSnapshot, Path)}; takes three times the largest object of
   * changes more, 24 MiB as a rule, and the keys of the database when HashKV is compared.
   *
   * @param snapshot the backup that {@code changes} is based on, whole; not closed
   * @param dataDir the data directory: not there, or empty. Directories above it are made
   * @param changes the changes after it
   * @return the member, and how far it was restored
   * @throws CorruptBackupException also when the changes do not reach the wanted point, or the
   *     result differs from what the live cluster answered; nothing was restored
   * @throws IllegalArgumentException when the wanted revision is less than that of the backup, the
   *     revision is to be raised, or only a part of the backup is to be restored
   * @throws IOException as {@link #restore(EtcdSnapshot, Path)}
   */
  public RestoredChanges restore(EtcdSnapshot snapshot, Path dataDir, ChangeReplay changes)
      throws IOException {
    if (bump != 0) {
      throw new IllegalArgumentException("bump-revision cannot be combined with recorded changes");
    }
    if (!settings.selection().isAll()) {
      throw new IllegalArgumentException(
          "a part or an earlier revision of the backup cannot be combined with recorded changes");
    }
    return restore(snapshot, dataDir, Optional.of(changes));
  }

  private RestoredChanges restore(
      EtcdSnapshot snapshot, Path dataDir, Optional<ChangeReplay> changes) throws IOException {
    SnapshotMetadata metadata = snapshot.metadata();
    HistoryFilter filter = snapshot.filter(settings.selection());
    OptionalLong raised = raised(metadata, filter);
    @Nullable AppendedChanges appended =
        changes.isEmpty()
            ? null
            : new AppendedChanges(snapshot, metadata.compactRevision(), changes.get());
    return staged(
        dataDir,
        metadata.databaseSize(),
        staged -> {
          Written written = write(snapshot, metadata, filter, raised, staged, appended);
          Reached reached =
              appended == null
                  ? new Reached(
                      written.revision(),
                      Optional.empty(),
                      0,
                      0,
                      Optional.empty(),
                      Optional.empty())
                  : appended.compare(staged.database());
          return new RestoredChanges(member(dataDir, written.at(reached.revision())), reached);
        });
  }

  /** What is done in a directory before it gets its name. */
  @FunctionalInterface
  private interface Restoring<T> {
    T in(StagedDataDir staged) throws IOException;
  }

  /**
   * @param needed how many bytes the database may have, 0 when that is not known
   */
  private <T> T staged(Path dataDir, long needed, Restoring<T> restoring) throws IOException {
    try (StagedDataDir staged = StagedDataDir.begin(dataDir)) {
      try {
        T restored = restoring.in(staged);
        staged.writeRaftSnapshot(RaftSnapshot.name(state), RaftSnapshot.of(state));
        staged.writeLog(WriteAheadLog.NAME, WriteAheadLog.of(state, member), WriteAheadLog.SIZE);
        staged.commit();
        return restored;
      } catch (BackupException | InterruptedIOException | ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        throw new IOException(failure(dataDir, staged.directory(), needed, e), e);
      }
    }
  }

  /** A database that was written. */
  private record Written(long revision, List<String> warnings, Preflight preflight) {
    Written at(long reached) {
      return new Written(reached, warnings, preflight);
    }
  }

  private RestoredMember member(Path dataDir, Written written) {
    return new RestoredMember(
        dataDir,
        member.name(),
        member.id(),
        state.cluster().id(),
        written.revision(),
        written.warnings(),
        written.preflight());
  }

  private Written restoreCopy(
      Backup backup, BackupStore store, ReadOptions options, StagedDataDir staged)
      throws IOException {
    Written written;
    boolean anew = false;
    try (StoredSnapshot stored = StoredSnapshot.copy(backup, store, staged.copy(), options)) {
      EtcdSnapshot snapshot = stored.snapshot();
      SnapshotMetadata metadata = snapshot.metadata();
      HistoryFilter filter = snapshot.filter(settings.selection());
      Optional<Written> changed =
          hasUsedUpItsQuota(metadata)
              ? Optional.empty()
              : change(staged.copy(), snapshot, metadata, filter);
      anew = changed.isEmpty();
      written =
          anew
              ? write(snapshot, metadata, filter, OptionalLong.empty(), staged, null)
              : changed.get();
    }
    if (anew) {
      staged.deleteCopy();
    } else {
      staged.takeCopy();
    }
    return written;
  }

  /** As large as it is, etcd would refuse the first write to it, whatever of it is free. */
  private static boolean hasUsedUpItsQuota(SnapshotMetadata metadata) {
    return metadata.alarms().stream().anyMatch(alarm -> alarm.type() == Alarm.Type.NOSPACE);
  }

  /** Makes a copy the database; empty when so much of it is free that it is to be written anew. */
  private Optional<Written> change(
      Path copy, EtcdSnapshot snapshot, SnapshotMetadata metadata, HistoryFilter filter)
      throws IOException {
    DatabaseInPlace database = DatabaseInPlace.read(copy);
    List<String> warnings = new ArrayList<>();
    try (FileChannel file = FileChannel.open(copy, StandardOpenOption.WRITE);
        DatabaseWriter out = database.writer(file)) {
      BackendCopy backend =
          new BackendCopy(out, state, settings.clearsAlarms(), OptionalLong.empty())
              .keeping(database.largeBuckets());
      DatabaseCopy copying = new DatabaseCopy(settings, filter, backend);
      Preflight preflight = copying.run(snapshot, true, warnings);
      if (backend.keptBytes() < metadata.databaseSize() / 100 * leastUsedPercent) {
        return Optional.empty();
      }
      copying.finish();
      out.force();
      warnOfAlarms(metadata, warnings);
      return Optional.of(new Written(filter.revision(), warnings, preflight));
    }
  }

  /**
   * Refuses a data directory that could not be restored to, before a backup is fetched.
   *
   * @param dataDir the data directory
   * @throws FileAlreadyExistsException when it is there and not an empty directory
   * @throws IOException when that cannot be determined
   */
  public static void requireFree(Path dataDir) throws IOException {
    StagedDataDir.requireFree(dataDir.toAbsolutePath().normalize());
  }

  private OptionalLong raised(SnapshotMetadata metadata, HistoryFilter filter) {
    if (bump == 0) {
      return OptionalLong.empty();
    }
    long from =
        settings.selection().isAll() // etcd is at its last compaction if that left no later event
            ? Math.max(metadata.revision(), metadata.compactRevision())
            : filter.revision();
    if (bump > Long.MAX_VALUE - from) {
      throw new IllegalArgumentException(
          "bump-revision must be less, not " + bump + ": the snapshot is at " + from);
    }
    return OptionalLong.of(from + bump);
  }

  private Written write(
      EtcdSnapshot snapshot,
      SnapshotMetadata metadata,
      HistoryFilter filter,
      OptionalLong raised,
      StagedDataDir staged,
      @Nullable AppendedChanges appended)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    try (FileChannel file = staged.createDatabase();
        DatabaseWriter database = new DatabaseWriter(file, metadata.pageSize())) {
      BackendCopy backend =
          new BackendCopy(database, state, settings.clearsAlarms(), raised).with(appended);
      DatabaseCopy copying = new DatabaseCopy(settings, filter, backend);
      Preflight preflight = copying.run(snapshot, raised.isEmpty(), warnings);
      copying.finish();
      database.force();
      warnOfAlarms(metadata, warnings);
      return new Written(raised.orElse(filter.revision()), warnings, preflight);
    }
  }

  private void warnOfAlarms(SnapshotMetadata metadata, List<String> warnings) {
    if (!settings.clearsAlarms()) {
      metadata.alarms().forEach(alarm -> warnings.add(warning(alarm)));
    }
  }

  private static String warning(Alarm alarm) {
    String what = "the alarm " + alarm.type() + " comes back with the snapshot";
    return alarm.type() == Alarm.Type.NOSPACE
        ? what + ": etcd will refuse writes; restore with clearAlarms, or run etcdctl alarm disarm"
        : what + "; restore with clearAlarms to remove it";
  }

  private static String failure(Path dataDir, Path directory, long needed, IOException e)
      throws IOException {
    String room = "";
    if (Files.exists(directory)) {
      long usable = Files.getFileStore(directory).getUsableSpace();
      if (usable < needed) {
        room = "; up to " + needed + " bytes are needed, " + usable + " are free";
      }
    }
    return "cannot restore to " + dataDir + ": " + FailureText.of(e) + room;
  }
}
