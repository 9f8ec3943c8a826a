package dev.etcdbackup.changes;

import dev.etcdbackup.CorruptBackupException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events of recorded changes, one after the other.
 *
 * <p>For one thread.
 */
public final class ChangesCursor {
  private final ByteBuffer in;
  private long revision;
  private boolean deletion;
  private int valueOffset;
  private int valueLength;
  private @Nullable Instant time;
  private boolean ended;

  ChangesCursor(byte[] bytes, int from, int to) {
    this.in = ByteBuffer.wrap(bytes, 0, to).position(from);
  }

  /**
   * Goes to the next event.
   *
   * @return false at the end
   * @throws CorruptBackupException when there is none where there must be one
   */
  public boolean next() throws CorruptBackupException {
    while (!ended) {
      byte type = take(1).get();
      switch (type) {
        case ChangesFormat.TIME -> time = Instant.ofEpochMilli(take(Long.BYTES).getLong());
        case ChangesFormat.PUT, ChangesFormat.DELETE -> {
          deletion = type == ChangesFormat.DELETE;
          take(Long.BYTES + Integer.BYTES);
          revision = in.getLong();
          valueLength = in.getInt();
          take(valueLength);
          valueOffset = in.position();
          in.position(valueOffset + valueLength);
          return true;
        }
        case ChangesFormat.END -> {
          ended = true;
          if (in.hasRemaining()) {
            throw new CorruptBackupException("there are bytes after the last event");
          }
        }
        default -> throw new CorruptBackupException("a record is of the unknown type " + type);
      }
    }
    return false;
  }

  private ByteBuffer take(int bytes) throws CorruptBackupException {
    if (bytes < 0 || bytes > in.remaining()) {
      throw new CorruptBackupException("it ends within a record");
    }
    return in;
  }

  /**
   * The revision of the event.
   *
   * @return the revision
   */
  public long revision() {
    return revision;
  }

  /**
   * Whether the event is a deletion.
   *
   * @return false for a put
   */
  public boolean deletion() {
    return deletion;
  }

  /**
   * The {@code mvccpb.KeyValue} of the event, as etcd stores it; of a deletion it holds the key
   * alone.
   *
   * @return the message, a new array
   */
  public byte[] keyValue() {
    return Arrays.copyOfRange(in.array(), valueOffset, valueOffset + valueLength);
  }

  /**
   * When the event was received, or up to a second later.
   *
   * @return the last mark of time before it; empty when there is none
   */
  public Optional<Instant> time() {
    return Optional.ofNullable(time);
  }

  /** Where the message of the event lies, not to be changed. */
  byte[] array() {
    return in.array();
  }

  int valueOffset() {
    return valueOffset;
  }

  int valueLength() {
    return valueLength;
  }
}
