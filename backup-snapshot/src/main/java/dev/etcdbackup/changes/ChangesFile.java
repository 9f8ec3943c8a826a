package dev.etcdbackup.changes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One object of recorded changes, read and verified: its SHA-256, its header, and that every
 * revision from the first to the last is there, in order. It is held in memory; recorders write
 * objects of some MiB.
 *
 * <p>Immutable and thread-safe.
 */
public final class ChangesFile {
  /** Larger objects are not read; recorders never write them. */
  static final int MAX_BYTES = 512 << 20;

  private final byte[] bytes;
  private final int body;
  private final ChangesHeader header;
  private final long events;

  private ChangesFile(byte[] bytes, int body, ChangesHeader header) throws CorruptBackupException {
    this.bytes = bytes;
    this.body = body;
    this.header = header;
    this.events = check();
  }

  /**
   * Reads a stored object.
   *
   * @param backup the object, of kind changes
   * @param store where it is stored
   * @param encodings those that its name asks for
   * @return the changes
   * @throws IllegalArgumentException when it is of another kind, or an encoding is missing
   * @throws CorruptBackupException when it is damaged, or does not hold the revisions that its name
   *     says
   * @throws BackupException when it cannot be read
   */
  public static ChangesFile read(Backup backup, BackupStore store, BackupEncodings encodings)
      throws BackupException {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(encodings, "encodings");
    if (backup.kind() != BackupKind.CHANGES) {
      throw new IllegalArgumentException("backup must be of changes, not " + backup.key());
    }
    encodings.require(backup.name());
    byte[] bytes;
    try (InputStream stored = store.open(backup.stored(), 0, backup.stored().size());
        InputStream decoded = encodings.decode(stored, backup.name())) {
      bytes = decoded.readNBytes(MAX_BYTES + 1);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + FailureText.of(e), e);
    }
    try {
      ChangesFile file = of(bytes);
      if (file.header.from() != backup.name().firstRevision().orElseThrow()
          || file.header.to() != backup.name().revision().orElseThrow()) {
        throw new CorruptBackupException(
            "it holds revisions " + file.header.from() + " to " + file.header.to());
      }
      return file;
    } catch (CorruptBackupException e) {
      throw new CorruptBackupException(backup.key() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the bytes of an object, decoded.
   *
   * @param bytes all of them; not to be changed afterwards
   * @return the changes
   * @throws CorruptBackupException when they are damaged
   */
  public static ChangesFile of(byte[] bytes) throws CorruptBackupException {
    int end = bytes.length - ChangesFormat.SHA256;
    byte[] magic = ChangesFormat.MAGIC;
    if (bytes.length > MAX_BYTES) {
      throw new CorruptBackupException("it is larger than " + MAX_BYTES + " bytes");
    }
    if (end < magic.length || !Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length)) {
      throw new CorruptBackupException("it is not a file of recorded changes of a known version");
    }
    MessageDigest digest = Sha256.digest();
    digest.update(bytes, 0, end);
    if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, end, bytes.length))) {
      throw new CorruptBackupException("the SHA-256 at the end is not that of what is before it");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, end).position(magic.length);
    try {
      ChangesHeader header = header(in);
      return new ChangesFile(bytes, in.position(), header);
    } catch (BufferUnderflowException e) {
      throw new CorruptBackupException("it ends within a field", e);
    }
  }

  private static ChangesHeader header(ByteBuffer in) throws CorruptBackupException {
    long cluster = in.getLong();
    long member = in.getLong();
    long from = in.getLong();
    long to = in.getLong();
    long compact = in.getLong();
    long auth = in.getLong();
    Instant written = Instant.ofEpochMilli(in.getLong());
    String base = hex(in);
    String predecessor = hex(in);
    byte[] key = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(key);
    Optional<HashKv> hash = Optional.empty();
    if (in.get() != 0) {
      long revision = in.getLong();
      long compacted = in.getLong();
      if (revision < 1 || compacted > revision) {
        throw new CorruptBackupException(
            "its HashKV is of revision " + revision + ", compacted at " + compacted);
      }
      hash = Optional.of(new HashKv(Integer.toUnsignedLong(in.getInt()), revision, compacted));
    }
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / (2 * Long.BYTES)) {
      throw new CorruptBackupException("the number of leases is " + count);
    }
    List<Lease> leases = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      leases.add(new Lease(in.getLong(), in.getLong(), 0));
    }
    if (from < 1 || to < from) {
      throw new CorruptBackupException("its revisions are " + from + " to " + to);
    }
    return new ChangesHeader(
        cluster,
        member,
        new String(key, UTF_8),
        base,
        predecessor.matches("0+") ? "" : predecessor,
        from,
        to,
        compact,
        auth,
        written,
        leases,
        hash);
  }

  private static String hex(ByteBuffer in) {
    byte[] hash = new byte[ChangesFormat.SHA256];
    in.get(hash);
    return HexFormat.of().formatHex(hash);
  }

  private long check() throws CorruptBackupException {
    ChangesCursor cursor = cursor();
    long revision = header.from() - 1;
    long count = 0;
    while (cursor.next()) {
      if (cursor.revision() != revision + 1
          && (cursor.revision() != revision || revision < header.from())) {
        throw new CorruptBackupException(
            "revision " + cursor.revision() + " comes after " + revision);
      }
      revision = cursor.revision();
      count++;
    }
    if (revision != header.to()) {
      throw new CorruptBackupException("its last revision is " + revision + ", not " + header.to());
    }
    return count;
  }

  /**
   * The header.
   *
   * @return what the object says of itself
   */
  public ChangesHeader header() {
    return header;
  }

  /**
   * How many events there are.
   *
   * @return the number, 1 or more
   */
  public long events() {
    return events;
  }

  /**
   * The SHA-256 at the end, by which the object after it names this one.
   *
   * @return lower-case hex
   */
  public String sha256() {
    return HexFormat.of().formatHex(bytes, bytes.length - ChangesFormat.SHA256, bytes.length);
  }

  /**
   * The events, from the first one on.
   *
   * @return a cursor before the first event
   */
  public ChangesCursor cursor() {
    return new ChangesCursor(bytes, body, bytes.length - ChangesFormat.SHA256);
  }

  /**
   * A hash over the events of some revisions, by which two recordings of them are compared.
   *
   * @param first the first revision
   * @param last the last revision
   * @return as {@link RevisionFingerprint} has it; empty unless all of them are in here
   */
  public Optional<String> fingerprint(long first, long last) {
    if (first < header.from() || last > header.to() || last < first) {
      return Optional.empty();
    }
    RevisionFingerprint fingerprint = new RevisionFingerprint();
    ChangesCursor cursor = cursor();
    try {
      while (cursor.next() && cursor.revision() <= last) {
        if (cursor.revision() >= first) {
          fingerprint.event(
              cursor.deletion(), cursor.array(), cursor.valueOffset(), cursor.valueLength());
        }
      }
    } catch (CorruptBackupException e) {
      throw new IllegalStateException("the events were verified", e);
    }
    return Optional.of(fingerprint.finish());
  }
}
