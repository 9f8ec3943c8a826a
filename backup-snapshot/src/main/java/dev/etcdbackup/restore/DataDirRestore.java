package dev.etcdbackup.restore;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.snapshot.Alarm;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HistoryFilter;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private final DatabaseCopy.Settings settings;

  DataDirRestore(DataDirRestoreBuilder builder) {
    String cluster =
        builder.initialCluster.isEmpty()
            ? builder.name + "=" + DEFAULT_PEER
            : builder.initialCluster;
    this.state = new RaftState(NewCluster.parse(cluster, builder.token));
    this.member = state.cluster().member(builder.name);
    this.bump = builder.bump;
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
   * throws leaves nothing behind; a process that is killed leaves that directory, and no data
   * directory.
   *
   * <p>Blocks, and is ended by an interrupt within a second. Works on the caller's thread and two
   * more, ended when this returns. Takes 12 MiB on top of what {@link EtcdSnapshot} says, and reads
   * everything twice at the same time; a stored backup is better copied to a file before.
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
    Reached reached;
    try (StagedDataDir staged = StagedDataDir.begin(dataDir)) {
      List<String> warnings;
      try {
        warnings = write(snapshot, metadata, filter, raised, staged, appended);
        reached =
            appended == null
                ? new Reached(
                    raised.orElse(filter.revision()),
                    Optional.empty(),
                    0,
                    0,
                    Optional.empty(),
                    Optional.empty())
                : appended.compare(staged.snap().resolve("db"));
        staged.commit();
      } catch (BackupException | InterruptedIOException | ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        throw new IOException(failure(dataDir, staged.directory(), metadata, e), e);
      }
      RestoredMember restored =
          new RestoredMember(
              dataDir,
              member.name(),
              member.id(),
              state.cluster().id(),
              reached.revision(),
              warnings);
      return new RestoredChanges(restored, reached);
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
    long from = settings.selection().isAll() ? metadata.revision() : filter.revision();
    if (bump > Long.MAX_VALUE - from) {
      throw new IllegalArgumentException(
          "bump-revision must be less, not " + bump + ": the snapshot is at " + from);
    }
    return OptionalLong.of(from + bump);
  }

  private List<String> write(
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
      BackendCopy copy =
          new BackendCopy(database, state, settings.clearsAlarms(), raised).with(appended);
      new DatabaseCopy(settings, filter, copy).run(snapshot, raised.isEmpty(), warnings);
      database.force();
    }
    staged.writeRaftSnapshot(RaftSnapshot.name(state), RaftSnapshot.of(state));
    staged.writeLog(WriteAheadLog.NAME, WriteAheadLog.of(state, member), WriteAheadLog.SIZE);
    if (!settings.clearsAlarms()) {
      metadata.alarms().forEach(alarm -> warnings.add(warning(alarm)));
    }
    return warnings;
  }

  private static String warning(Alarm alarm) {
    String what = "the alarm " + alarm.type() + " comes back with the snapshot";
    return alarm.type() == Alarm.Type.NOSPACE
        ? what + ": etcd will refuse writes; restore with clearAlarms, or run etcdctl alarm disarm"
        : what + "; restore with clearAlarms to remove it";
  }

  private static String failure(
      Path dataDir, Path directory, SnapshotMetadata metadata, IOException e) throws IOException {
    String room = "";
    if (Files.exists(directory)) {
      long usable = Files.getFileStore(directory).getUsableSpace();
      if (usable < metadata.databaseSize()) {
        room = "; up to " + metadata.databaseSize() + " bytes are needed, " + usable + " are free";
      }
    }
    String reason = e instanceof BackupException ? e.getMessage() : FailureText.of(e);
    return "cannot restore to " + dataDir + ": " + reason + room;
  }
}
