package dev.etcdbackup.restore;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.BucketVisitor;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.snapshot.VerifyReport;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/**
 * Makes one snapshot out of a backup and the changes after it, without asking etcd: what a member
 * would have streamed at that revision, with its SHA-256, except that history is there from the
 * backup's compacted revision on.
 *
 * <p>To store it, back up the file with a clock that stands at the time up to which it goes. With
 * the present time in its name it would look newer than what it holds:
 *
 * <pre>{@code
 * Reached reached = Consolidation.write(snapshot, changes, file);
 * BackupService.builder(store).clock(InstantSource.fixed(reached.time().orElseThrow())).build()
 *     .backUp(project, FileSnapshotSource.of(file));
 * }</pre>
 */
public final class Consolidation {
  private Consolidation() {}

  /**
   * Writes the snapshot. The backup is verified to the last page and entry while it is copied, and
   * each object of changes before its events are used.
   *
   * <p>Blocks; works as {@link DataDirRestore#restore(EtcdSnapshot, Path, ChangeReplay)} does, and
   * takes the same memory.
   *
   * @param snapshot the backup, whole; not closed
   * @param changes the changes after it
   * @param file where to; must not exist. Only its owner can read it. It is deleted again when this
   *     throws
   * @return how far it goes
   * @throws CorruptBackupException when the backup is damaged, the changes do not reach the wanted
   *     point, or the result differs from what the live cluster answered
   * @throws IllegalArgumentException when the wanted revision is less than that of the backup
   * @throws IOException when something cannot be read, or the file cannot be written
   */
  public static Reached write(EtcdSnapshot snapshot, ChangeReplay changes, Path file)
      throws IOException {
    Objects.requireNonNull(changes, "changes");
    Objects.requireNonNull(file, "file");
    SnapshotMetadata metadata = snapshot.metadata();
    AppendedChanges appended = new AppendedChanges(snapshot, metadata.compactRevision(), changes);
    boolean complete = false;
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            AtomicFile.mode(file, "rw-------"));
    try (channel;
        DatabaseWriter database = new DatabaseWriter(channel, metadata.pageSize())) {
      Copy copy = new Copy(database, appended);
      VerifyReport report = snapshot.verify(VerifyOptions.DEFAULT, copy);
      if (!report.ok()) {
        throw new CorruptBackupException(
            "the backup is corrupt and was not used: " + report.problems().get(0));
      }
      copy.finish();
      Reached reached = appended.compare(file);
      addTrailer(channel);
      database.force();
      complete = true;
      return reached;
    } catch (BackupException | InterruptedIOException | ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) { // that of a full disk does not name the file
      throw new IOException("cannot consolidate into " + file + ": " + FailureText.of(e), e);
    } finally {
      if (!complete) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void addTrailer(FileChannel channel) throws IOException {
    channel.position(0);
    InputStream bytes = Channels.newInputStream(channel); // closed with the channel
    ByteBuffer trailer = ByteBuffer.wrap(Sha256.of(bytes));
    channel.position(channel.size());
    while (trailer.hasRemaining()) {
      channel.write(trailer);
    }
  }

  /** Copies all buckets, and adds events and leases to two of them. */
  private static final class Copy implements BucketVisitor {
    private static final String LEASE = "lease";

    private final DatabaseWriter out;
    private final AppendedChanges appended;
    private String current = "";
    private boolean leasesAdded;

    Copy(DatabaseWriter out, AppendedChanges appended) {
      this.out = out;
      this.appended = appended;
    }

    @Override
    public Entries bucket(String name) throws IOException {
      end();
      out.bucket(name);
      current = name;
      return switch (name) {
        case "key" ->
            (array, keyOffset, keyLength, valueLength) -> {
              appended.event(array, keyOffset, keyLength, valueLength);
              out.add(array, keyOffset, keyLength, valueLength);
            };
        case LEASE -> appended::lease;
        default -> out::add;
      };
    }

    void finish() throws IOException {
      end();
      if (!leasesAdded) {
        out.bucket(LEASE);
        appended.addLeases(out);
      }
      long unused = out.finish();
    }

    private void end() throws IOException {
      if (current.equals("key")) {
        appended.addEvents(out);
      } else if (current.equals(LEASE)) {
        appended.addLeases(out);
        leasesAdded = true;
      }
      current = "";
    }
  }
}
