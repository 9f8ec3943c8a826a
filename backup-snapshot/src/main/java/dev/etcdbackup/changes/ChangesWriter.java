package dev.etcdbackup.changes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes one object of recorded changes, in memory: events are added in the order of their
 * revisions, then the header completes it. The format is documented in {@code
 * docs/changes-format.md}.
 *
 * <p>For one thread. Takes up to twice the size of the events.
 */
public final class ChangesWriter {
  private byte[] body = new byte[1 << 16];
  private int size;
  private final long from;
  private long last;
  private int lastAt; // where the events of that revision begin

  /**
   * Begins an object.
   *
   * @param from the revision of the first event, 1 or more
   * @throws IllegalArgumentException when it is less than 1
   */
  public ChangesWriter(long from) {
    if (from < 1) {
      throw new IllegalArgumentException("from must be 1 or more, not " + from);
    }
    this.from = from;
    this.last = from - 1;
  }

  /**
   * Adds a mark of time: the events after it were received at this time or later.
   *
   * @param time the time, kept to the millisecond
   * @throws ArithmeticException when its milliseconds since 1970 are more than a {@code long} holds
   */
  public void time(Instant time) {
    reserve(1 + Long.BYTES).put(ChangesFormat.TIME).putLong(time.toEpochMilli());
  }

  /**
   * Adds an event.
   *
   * @param revision its revision: that of the event before it, or the next one
   * @param deletion whether the key was deleted
   * @param keyValue the {@code mvccpb.KeyValue} as etcd stores it; of a deletion, one that holds
   *     the key alone
   * @throws IllegalArgumentException when the revision does not follow
   */
  public void event(long revision, boolean deletion, byte[] keyValue) {
    if (revision != last + 1 && (revision != last || last < from)) {
      throw new IllegalArgumentException(
          "revision must be " + last + " or the next one, not " + revision);
    }
    if (revision != last) {
      last = revision;
      lastAt = size;
    }
    reserve(1 + Long.BYTES + Integer.BYTES + keyValue.length)
        .put(deletion ? ChangesFormat.DELETE : ChangesFormat.PUT)
        .putLong(revision)
        .putInt(keyValue.length)
        .put(keyValue);
  }

  /**
   * How many bytes of events there are.
   *
   * @return the number, 0 or more
   */
  public int size() {
    return size;
  }

  /**
   * The revision of the last event.
   *
   * @return the revision; one less than the first while there is none
   */
  public long last() {
    return last;
  }

  /**
   * The {@link RevisionFingerprint} of the last revision, whose events must all be there.
   *
   * @return SHA-256 in lower-case hex; that of nothing while there is no event
   */
  public String lastFingerprint() {
    RevisionFingerprint fingerprint = new RevisionFingerprint();
    ByteBuffer events = ByteBuffer.wrap(body, lastAt, last < from ? 0 : size - lastAt);
    while (events.hasRemaining()) {
      byte kind = events.get();
      events.position(events.position() + Long.BYTES); // its revision, or a time
      if (kind != ChangesFormat.TIME) {
        int length = events.getInt();
        fingerprint.event(kind == ChangesFormat.DELETE, body, events.position(), length);
        events.position(events.position() + length);
      }
    }
    return fingerprint.finish();
  }

  /**
   * The object, complete.
   *
   * @param stream its bytes, for one reader; they share the memory of the writer
   * @param size how many there are
   * @param sha256 the SHA-256 at its end, in lower-case hex
   */
  public record Finished(InputStream stream, long size, String sha256) {}

  /**
   * Completes the object, once. Events that are added afterwards are not in it.
   *
   * @param header the header; its revisions are those of the events
   * @return the object
   * @throws IllegalArgumentException when the revisions are others, or there is no event
   */
  public Finished finish(ChangesHeader header) {
    if (header.from() != from || header.to() != last || last < from) {
      throw new IllegalArgumentException(
          "header must be of revisions "
              + from
              + " to "
              + last
              + ", not of "
              + header.from()
              + " to "
              + header.to());
    }
    reserve(1).put(ChangesFormat.END);
    byte[] head = bytes(header);
    MessageDigest digest = Sha256.digest();
    digest.update(head);
    digest.update(body, 0, size);
    byte[] trailer = digest.digest();
    InputStream stream =
        new SequenceInputStream(
            Collections.enumeration(
                List.of(
                    new ByteArrayInputStream(head),
                    new ByteArrayInputStream(body, 0, size),
                    new ByteArrayInputStream(trailer))));
    return new Finished(
        stream, (long) head.length + size + trailer.length, HexFormat.of().formatHex(trailer));
  }

  private ByteBuffer reserve(int bytes) {
    if (bytes > body.length - size) {
      body = Arrays.copyOf(body, Math.max(body.length + body.length / 2, size + bytes));
    }
    ByteBuffer space = ByteBuffer.wrap(body, size, bytes);
    size += bytes;
    return space;
  }

  private static byte[] bytes(ChangesHeader header) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(ChangesFormat.MAGIC);
      out.writeLong(header.clusterId());
      out.writeLong(header.memberId());
      out.writeLong(header.from());
      out.writeLong(header.to());
      out.writeLong(header.compactRevision());
      out.writeLong(header.authRevision());
      out.writeLong(header.written().toEpochMilli());
      out.write(hash(header.baseSha256()));
      out.write(hash(header.predecessorSha256()));
      byte[] key = header.baseKey().getBytes(UTF_8);
      out.writeShort(key.length);
      out.write(key);
      out.writeByte(header.hash().isPresent() ? 1 : 0);
      if (header.hash().isPresent()) {
        HashKv hash = header.hash().get();
        out.writeLong(hash.revision());
        out.writeLong(hash.compactRevision());
        out.writeInt((int) hash.hash());
      }
      out.writeInt(header.leases().size());
      for (Lease lease : header.leases()) {
        out.writeLong(lease.id());
        out.writeLong(lease.ttlSeconds());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static byte[] hash(String hex) {
    return hex.isEmpty() ? new byte[ChangesFormat.SHA256] : HexFormat.of().parseHex(hex);
  }
}
