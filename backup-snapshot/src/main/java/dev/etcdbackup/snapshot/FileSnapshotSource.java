package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A snapshot in a file: one that {@code etcdctl snapshot save} wrote, or a copy of a member's
 * {@code member/snap/db}, which is what a dead cluster leaves.
 *
 * <p>The file is verified to the last page and entry before it is given out. A snapshot must end
 * with its SHA-256 and is given out as it is. A copy of a member's database has none, and may be
 * longer than what it holds; it is cut there, both its first pages are written as a server writes
 * them into a snapshot, and a SHA-256 is added: what comes out is a snapshot like any other. That
 * SHA-256 covers the bytes that were read; it does not show that the copy was made at one moment.
 * Copy the file of a member that is stopped: pages of a running one may be of several moments,
 * which is found as a rule, but not always.
 *
 * <p>{@link SnapshotInfo#origin()} says which of the two it is. The ids and the version of the
 * member are not known.
 *
 * <p>Immutable and thread-safe. The file must not change while a snapshot is open.
 */
public final class FileSnapshotSource implements SnapshotSource {
  private final Path file;

  private FileSnapshotSource(Path file) {
    this.file = file;
  }

  /**
   * Takes a file; it is not looked at yet.
   *
   * @param file the snapshot, or the copy of a database
   * @return the source
   */
  public static FileSnapshotSource of(Path file) {
    return new FileSnapshotSource(Objects.requireNonNull(file, "file"));
  }

  /**
   * Verifies the file, which reads all of it, and begins a snapshot of it. Takes what {@link
   * EtcdSnapshot} says.
   *
   * @throws SourceException when it cannot be read, or is damaged, with the first problem
   */
  @Override
  public Snapshot open() throws SourceException {
    RandomAccessBytes bytes = null;
    try {
      bytes = RandomAccessBytes.ofFile(file);
      Snapshot snapshot = open(bytes);
      bytes = null;
      return snapshot;
    } catch (NoSuchFileException e) {
      throw new SourceException("there is no file " + file, e);
    } catch (SourceException e) {
      throw e;
    } catch (CorruptBackupException e) {
      throw new SourceException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SourceException(file + " cannot be read: " + FailureText.withoutFile(e), e);
    } finally {
      FileSnapshot.close(bytes);
    }
  }

  private Snapshot open(RandomAccessBytes bytes) throws IOException {
    boolean streamed = bytes.size() % 512 == FileSnapshot.TRAILER;
    EtcdSnapshot snapshot = EtcdSnapshot.of(bytes, false);
    VerifyOptions options = VerifyOptions.DEFAULT;
    VerifyReport report = snapshot.verify(streamed ? options : options.withoutTrailer());
    if (!report.ok()) {
      Problem first = report.problems().get(0);
      if (first.kind() == Problem.Kind.FORMAT) {
        throw new SourceException(file + ": " + first.message());
      }
      long more = report.problemCount() - 1;
      throw new SourceException(
          file + " is damaged: " + first + (more > 0 ? " and " + more + " more problems" : ""));
    }
    long revision = snapshot.metadata().revision();
    Meta meta = Meta.read(bytes);
    String origin =
        streamed
            ? "the snapshot " + file
            : "the copy of a member's database " + file + ", " + extent(meta, bytes);
    return new FileSnapshot(
        new SnapshotInfo(origin, revision, 0, 0, ""), bytes, streamed ? null : meta);
  }

  private static String extent(Meta meta, RandomAccessBytes bytes) {
    return meta.databaseSize() == bytes.size()
        ? bytes.size() + " bytes"
        : "the first " + meta.databaseSize() + " of its " + bytes.size() + " bytes";
  }

  /** Names the file. */
  @Override
  public String toString() {
    return "file " + file;
  }
}
