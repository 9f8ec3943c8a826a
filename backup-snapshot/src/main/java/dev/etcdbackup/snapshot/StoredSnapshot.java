package dev.etcdbackup.snapshot;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.CancellableReading;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A stored backup, or a file, opened to be read at any position: the one way in which backups
 * become an {@link EtcdSnapshot}. What its name says was done to it is undone.
 *
 * <ul>
 *   <li>For {@linkplain ReadOptions.Extent#WHOLE all of it}, a stored backup is read once, in one
 *       request, and copied: into memory up to 32 MiB, into one temporary file beyond. Its size and
 *       its SHA-256 are verified while it is copied and need not be computed again: {@link
 *       EtcdSnapshot#verify} on it, and so a restore, computes no SHA-256 a second time. Reading by
 *       ranges instead would save the disk, but the pages of a database that was much rewritten lie
 *       so scattered that it takes a hundred thousand requests for a GiB.
 *   <li>For {@linkplain ReadOptions.Extent#FEW_PAGES a few pages}, it is read by ranges, one
 *       request for each read, if its encodings allow that, and copied otherwise. Nothing is
 *       verified on opening.
 *   <li>A file that is not encoded is read where it lies, and nothing is verified on opening. An
 *       encoded one is treated like a stored backup.
 *   <li>A backup or file whose name has no encodings but that begins as an archive does is copied
 *       through {@link ReadOptions.Builder#unpacking}, if that is set.
 * </ul>
 *
 * <p>A stored backup is copied by a daemon thread of its own, for which the caller waits: a read of
 * a store may block for as long as it likes, in a file system that hangs for example. What goes
 * into a temporary file is written by one more, which ends when all is written. Copying takes up to
 * 32 MiB that are held until {@link #close}, and 3 MiB and what the encodings say while it copies.
 * Reading takes what {@link EtcdSnapshot} says.
 *
 * <p>Thread-safe, as {@link EtcdSnapshot} is.
 */
public final class StoredSnapshot implements Closeable {
  /** Where the bytes of an open snapshot are. */
  public enum Access {
    /** In the file that was opened, or that it was copied to. */
    FILE,
    /** In the store or in an encoded file, read by ranges. */
    RANGES,
    /** In memory: a copy. */
    MEMORY,
    /** In a temporary file: a copy. */
    TEMPORARY_FILE
  }

  private final EtcdSnapshot snapshot;
  private final Access access;

  private StoredSnapshot(EtcdSnapshot snapshot, Access access) {
    this.snapshot = snapshot;
    this.access = access;
  }

  private static StoredSnapshot of(RandomAccessBytes bytes, Access access, ReadOptions options) {
    return new StoredSnapshot(EtcdSnapshot.of(observed(bytes, options), false), access);
  }

  private static StoredSnapshot of(SnapshotCopy copy, ReadOptions options) {
    Access access = copy.bytes().isInMemory() ? Access.MEMORY : Access.TEMPORARY_FILE;
    return of(copy, access, options);
  }

  private static StoredSnapshot of(SnapshotCopy copy, Access access, ReadOptions options) {
    return new StoredSnapshot(
        EtcdSnapshot.of(observed(copy.bytes(), options), copy.checksumMatches()), access);
  }

  private static RandomAccessBytes observed(RandomAccessBytes bytes, ReadOptions options) {
    return new ObservedBytes(bytes, options.passProgress());
  }

  /**
   * Opens a stored backup. Blocks while it is copied; interrupting the thread ends that within a
   * second, with its interrupt status set, or within 10 seconds where the store's stream cannot be
   * closed. Whatever this throws, it leaves no temporary file, unless the store never returns.
   *
   * @param backup the backup
   * @param store where it is stored
   * @param options how to read it
   * @return the snapshot, to be closed: a temporary file is deleted then
   * @throws IllegalArgumentException when an encoding that its name asks for is not among those of
   *     the options
   * @throws BackupNotFoundException when it is no longer there
   * @throws CorruptBackupException when it cannot be decoded, or it was copied, its checksum is
   *     {@linkplain ReadOptions.Checksum#REQUIRED required} and its size or SHA-256 is wrong
   * @throws StoreException when it cannot be read, the timeout is over, the thread was interrupted,
   *     or the temporary file cannot be written
   */
  public static StoredSnapshot open(Backup backup, BackupStore store, ReadOptions options)
      throws BackupException {
    options.encodings().require(backup.name());
    boolean mayBeArchive = mayBeArchive(backup.name(), options);
    if (options.extent() == ReadOptions.Extent.FEW_PAGES
        && !(mayBeArchive && isArchive(ByteRanges.of(store, backup.stored()), options))) {
      ByteRanges stored = ByteRanges.of(store, backup.stored());
      Optional<ByteRanges> ranges = options.encodings().decodeRanges(stored, backup.name());
      if (ranges.isPresent()) {
        return of(new RangeBytes(ranges.get(), () -> {}), Access.RANGES, options);
      }
    }
    return read(backup, store, options, decoded -> of(SnapshotCopy.of(decoded, options), options));
  }

  /**
   * Copies a stored backup to a file, decoded, and opens that. It is read once, in one request. Its
   * size and its SHA-256 are verified while it is copied, whatever the options say, and need not be
   * computed again.
   *
   * <p>Blocks; interrupting the thread ends that as it ends {@link #open}. Takes 3 MiB and what the
   * encodings say. Most of the file is on the disk when this returns, but not all of it.
   *
   * @param backup the backup
   * @param store where it is stored
   * @param file the file, not there yet. {@link #close} does not delete it; when this throws it may
   *     hold a part of the snapshot
   * @param options how to read it; no temporary file is made
   * @return the snapshot, to be closed
   * @throws IllegalArgumentException when an encoding that its name asks for is not among those of
   *     the options
   * @throws BackupNotFoundException when it is no longer there
   * @throws CorruptBackupException when it cannot be decoded, or its size or SHA-256 is wrong
   * @throws StoreException when it cannot be read, the timeout is over or the thread was
   *     interrupted
   * @throws IOException when the file cannot be written, or is there already
   */
  public static StoredSnapshot copy(
      Backup backup, BackupStore store, Path file, ReadOptions options) throws IOException {
    options.encodings().require(backup.name());
    try {
      return readDecoded(
          backup,
          store,
          options,
          decoded -> of(SnapshotCopy.inFile(decoded, file), Access.FILE, options));
    } catch (SnapshotCopy.WriteException e) {
      throw e;
    } catch (IOException e) {
      throw failure(e, backup.key().toString(), options);
    }
  }

  /** What is done with a stream. */
  @FunctionalInterface
  interface Reading<T> {
    T of(InputStream decoded) throws IOException;
  }

  /** Reads a stored backup in one request, as {@link #open} does. */
  static <T> T read(Backup backup, BackupStore store, ReadOptions options, Reading<T> reading)
      throws BackupException {
    try {
      return readDecoded(backup, store, options, reading);
    } catch (IOException e) {
      throw failure(e, backup.key().toString(), options);
    }
  }

  private static <T> T readDecoded(
      Backup backup, BackupStore store, ReadOptions options, Reading<T> reading)
      throws IOException {
    long size = backup.stored().size();
    String key = backup.key().toString();
    CancellableReading<T> work =
        new CancellableReading<>(
            key,
            () -> new LimitedStream(store.open(backup.stored(), 0, size), key, size, options),
            encoded -> {
              try (InputStream decoded = decode(encoded, backup.name(), options)) {
                return reading.of(new ToTheEnd(decoded, encoded));
              }
            }) {
          @Override
          public void discard(T late) {
            closeLate(late);
          }
        };
    return new Deadline(options.timeout(), StoredSnapshot::thread).run("reading " + key, work);
  }

  private static Thread thread(Runnable reading) {
    Thread thread = new Thread(reading, "etcd-backup-read");
    thread.setDaemon(true);
    return thread;
  }

  /** Deletes the copy of one that was opened after its caller had given up. */
  private static void closeLate(Object late) {
    if (late instanceof StoredSnapshot opened) {
      try {
        opened.close();
      } catch (IOException e) {
        // Whoever waited for it has been told that it was not read.
      }
    }
  }

  /**
   * What was decoded. Its end is reported only after the encoded bytes have ended, too: a store may
   * refuse them there, because they are not the ones that were signed.
   */
  private static final class ToTheEnd extends FilterInputStream {
    private final InputStream encoded;

    ToTheEnd(InputStream decoded, InputStream encoded) {
      super(decoded);
      this.encoded = encoded;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = in.read(target, offset, length);
      if (read < 0) {
        encoded.transferTo(OutputStream.nullOutputStream());
      }
      return read;
    }
  }

  /**
   * Opens a file: a snapshot, a copy of a member's {@code snap/db}, or a backup that was taken out
   * of a store as it is, encoded as its name says.
   *
   * @param file the file
   * @param options how to read it
   * @return the snapshot, to be closed: a temporary file is deleted then
   * @throws IllegalArgumentException when an encoding that its name asks for is not among those of
   *     the options
   * @throws NoSuchFileException when there is no such file
   * @throws CorruptBackupException when it is encoded and cannot be decoded, or its checksum is
   *     {@linkplain ReadOptions.Checksum#REQUIRED required} and its size or SHA-256 is wrong
   * @throws IOException when it cannot be read, or the temporary file cannot be written
   */
  public static StoredSnapshot open(Path file, ReadOptions options) throws IOException {
    BackupName name = BackupName.parse(String.valueOf(file.getFileName()));
    options.encodings().require(name);
    if (name.encodings().isEmpty()) {
      if (!mayBeArchive(name, options) || !isArchive(file)) {
        return of(RandomAccessBytes.ofFile(file), Access.FILE, options);
      }
    } else if (options.extent() == ReadOptions.Extent.FEW_PAGES) {
      Optional<StoredSnapshot> byRanges = byRanges(file, name, options);
      if (byRanges.isPresent()) {
        return byRanges.get();
      }
    }
    String what = file.toString();
    try (InputStream encoded =
            new LimitedStream(Files.newInputStream(file), what, Files.size(file), options);
        InputStream decoded = decode(encoded, name, options)) {
      return of(SnapshotCopy.of(decoded, options), options);
    } catch (SnapshotCopy.WriteException e) {
      throw failure(e, what, options);
    }
  }

  private static boolean mayBeArchive(BackupName name, ReadOptions options) {
    return name.encodings().isEmpty() && options.unpacking() != ReadOptions.Unpacking.NONE;
  }

  private static boolean isArchive(ByteRanges stored, ReadOptions options) throws BackupException {
    try (InputStream in = stored.open(0, Math.min(stored.size(), ForeignFormat.HEAD))) {
      return isArchive(in.readAllBytes());
    } catch (IOException e) {
      throw failure(e, "the beginning of the backup", options);
    }
  }

  private static boolean isArchive(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return isArchive(in.readNBytes(ForeignFormat.HEAD));
    }
  }

  /** A database begins with the number of its first page, 0; binary OpenPGP with a set bit. */
  private static boolean isArchive(byte[] head) {
    return ForeignFormat.of(head).isPresent() || (head.length > 0 && head[0] < 0);
  }

  /** Undoes what the name says, or without encodings what the bytes say. */
  private static InputStream decode(InputStream encoded, BackupName name, ReadOptions options)
      throws IOException {
    return name.encodings().isEmpty()
        ? options.unpacking().unpack(encoded)
        : options.encodings().decode(encoded, name);
  }

  private static Optional<StoredSnapshot> byRanges(Path file, BackupName name, ReadOptions options)
      throws IOException {
    RandomAccessBytes encoded = RandomAccessBytes.ofFile(file);
    Optional<ByteRanges> decoded = Optional.empty();
    try {
      decoded = options.encodings().decodeRanges(new FileRanges(encoded), name);
    } finally {
      if (decoded.isEmpty()) {
        encoded.close();
      }
    }
    return decoded.map(ranges -> of(new RangeBytes(ranges, encoded), Access.RANGES, options));
  }

  /** An encoded file by ranges. */
  private record FileRanges(RandomAccessBytes file) implements ByteRanges {
    @Override
    public long size() {
      return file.size();
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
      return file.stream(offset, length);
    }
  }

  static BackupException failure(IOException e, String what, ReadOptions options) {
    if (e instanceof BackupException failure) {
      return failure;
    }
    String message =
        e instanceof SnapshotCopy.WriteException
            ? "cannot copy " + what + " to a temporary file in " + options.temporaryDirectory()
            : "cannot read " + what;
    return new StoreException(message + ": " + FailureText.of(e), e);
  }

  /**
   * The snapshot.
   *
   * @return the snapshot, closed with this
   */
  public EtcdSnapshot snapshot() {
    return snapshot;
  }

  /**
   * Where its bytes are.
   *
   * @return how they are read
   */
  public Access access() {
    return access;
  }

  /**
   * Closes the snapshot and deletes the copy.
   *
   * @throws IOException when that fails
   */
  @Override
  public void close() throws IOException {
    snapshot.close();
  }
}
