package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.PassProgress;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A cursor over keys and their values, in the order of the keys. Stands before the first at the
 * beginning:
 *
 * <pre>{@code
 * KeyCursor keys = snapshot.keys(KeyRange.all());
 * while (keys.next()) {
 *   use(keys.key(), keys.value());
 * }
 * }</pre>
 *
 * <p>For one thread, while the snapshot is open. Holds 64 bytes, the key and 32 bytes more or less
 * of each key; values are read when asked for. All but {@link #value()} cost nothing. What is asked
 * about a key throws {@link NoSuchElementException} before {@link #next()} was called and after it
 * returned false.
 */
public final class KeyCursor {
  private final RandomAccessBytes bytes;
  private final KeyIndex index;
  private final int[] entries;
  private final long revision;
  private PassProgress progress;
  private int at = -1;

  KeyCursor(RandomAccessBytes bytes, KeyIndex index, KeyRange range, long revision) {
    this.bytes = bytes;
    this.index = index;
    this.entries = index.sorted(range);
    this.revision = revision;
    this.progress = bytes.pass(Arrays.stream(entries).mapToLong(index::valueLength).sum());
  }

  /** Reports no progress from now on, for it moves in step with another cursor. */
  void quiet() {
    progress = PassProgress.NONE;
  }

  /**
   * The revision of the store that is seen.
   *
   * @return the revision, 1 or more
   */
  public long revision() {
    return revision;
  }

  /**
   * How many keys there are.
   *
   * @return the number, those passed already included
   */
  public int size() {
    return entries.length;
  }

  /**
   * Keys that divide all keys into parts: the first part ends before the first of them, and each of
   * them begins a part. Does not move the cursor.
   *
   * @param keys how many keys each part but the last has, 1 or more
   * @return the keys in their order, each a new array; none when one part has them all
   * @throws IllegalArgumentException when the number is less than 1
   */
  public List<byte[]> divide(int keys) {
    if (keys < 1) {
      throw new IllegalArgumentException("keys is " + keys + ", must be 1 or more");
    }
    List<byte[]> starts = new ArrayList<>();
    for (long i = keys; i < entries.length; i += keys) {
      starts.add(index.key(entries[(int) i]));
    }
    return starts;
  }

  /**
   * Goes to the next key.
   *
   * @return false when there is none
   */
  public boolean next() {
    if (at < entries.length) {
      at++;
    }
    if (at == entries.length) {
      return false;
    }
    progress.advanced(valueLength());
    return true;
  }

  /**
   * The key.
   *
   * @return its bytes, a new array
   */
  public byte[] key() {
    return index.key(entry());
  }

  /**
   * The revision in which the key was created.
   *
   * @return the revision
   */
  public long createRevision() {
    return index.createRevision(entry());
  }

  /**
   * The revision in which the key was last put.
   *
   * @return the revision
   */
  public long modRevision() {
    return index.modRevision(entry());
  }

  /**
   * How often the key was put since it was created.
   *
   * @return the number, 1 or more
   */
  public long version() {
    return index.version(entry());
  }

  /**
   * The lease the key is attached to.
   *
   * @return its id, 0 for none
   */
  public long lease() {
    return index.lease(entry());
  }

  /**
   * How long the value is.
   *
   * @return bytes
   */
  public int valueLength() {
    return index.valueLength(entry());
  }

  /**
   * Reads the value, in one read.
   *
   * @return its bytes, a new array
   * @throws IOException when it cannot be read
   */
  public byte[] value() throws IOException {
    byte[] value = new byte[valueLength()];
    bytes.read(index.valuePosition(entry()), value, 0, value.length);
    return value;
  }

  private int entry() {
    if (at < 0 || at >= entries.length) {
      throw new NoSuchElementException(
          "the cursor is not at a key: next() returned false, or was not called yet");
    }
    return entries[at];
  }
}
