package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.Leaf;
import org.jspecify.annotations.Nullable;

/**
 * One pair of the bucket {@code key}: a revision, and the key that was put or deleted in it.
 *
 * <p>The key of the pair is the main revision (8 bytes, big-endian), {@code _}, and the number
 * within the transaction (8 bytes); a {@code t} follows when the user's key was deleted. The value
 * is a {@code mvccpb.KeyValue}, holding only the user's key in the case of a deletion, and nothing
 * at all where a restore raised the revision.
 *
 * <p>Reused for every pair; what it says lies in the leaf's array and is good as long as that.
 */
final class Event {
  static final int PUT_LENGTH = 17;
  static final int DELETE_LENGTH = 18;

  private final Protobuf fields = new Protobuf(new byte[0]);
  private byte[] array = new byte[0];
  private long position;
  private int pairOffset;
  private int pairLength;
  private int pairValueLength;
  long main;
  long sub;
  boolean deleted;
  int keyOffset;
  int keyLength;
  int valueOffset;
  int valueLength;
  long createRevision;
  long modRevision;
  long version;
  long lease;

  /** The array the key and the value lie in. */
  byte[] array() {
    return array;
  }

  /** Where the key of the pair begins; the value of the pair follows it. */
  int pairOffset() {
    return pairOffset;
  }

  /** How long the key and the value of the pair are together. */
  int pairLength() {
    return pairLength;
  }

  /** Where the pair lies in the file. */
  long position() {
    return position;
  }

  /** Where the user's value lies in the file. */
  long valuePosition() {
    return position + valueOffset - pairOffset;
  }

  /** Reads the selected pair. */
  void read(Leaf leaf) throws MalformedException {
    read(leaf.array(), leaf.keyOffset(), leaf.keyLength(), leaf.valueLength(), leaf.position());
  }

  /** Reads an entry of the bucket {@code key}, whose value lies directly after its key. */
  void readEntry(byte[] pairArray, int keyAt, int length, int valueSize)
      throws CorruptBackupException {
    try {
      read(pairArray, keyAt, length, valueSize, 0);
    } catch (MalformedException e) {
      throw new CorruptBackupException("an entry of the bucket key " + e.getMessage());
    }
  }

  /** Reads a pair whose value lies directly after its key. */
  void read(byte[] pairArray, int keyAt, int length, int valueSize, long at)
      throws MalformedException {
    readRevision(pairArray, keyAt, length, valueSize, at);
    readValue(keyAt + length, valueSize);
  }

  /** Reads the key of the selected pair and leaves its value. */
  void readRevision(Leaf leaf) throws MalformedException {
    readRevision(
        leaf.array(), leaf.keyOffset(), leaf.keyLength(), leaf.valueLength(), leaf.position());
  }

  private void readRevision(byte[] pairArray, int keyAt, int length, int valueSize, long at)
      throws MalformedException {
    array = pairArray;
    position = at;
    pairOffset = keyAt;
    pairValueLength = valueSize;
    pairLength = length + valueSize;
    deleted = length == DELETE_LENGTH;
    if ((length != PUT_LENGTH && !deleted)
        || array[pairOffset + 8] != '_'
        || (deleted && array[pairOffset + PUT_LENGTH] != 't')) {
      throw new MalformedException("is not a revision");
    }
    main = BigEndian.int64(array, pairOffset);
    sub = BigEndian.int64(array, pairOffset + 9);
    if (main < 1 || sub < 0) {
      throw new MalformedException("is revision " + main + ", " + sub);
    }
  }

  private void readValue(int pairValueOffset, int size) throws MalformedException {
    keyOffset = pairValueOffset;
    keyLength = 0;
    valueOffset = keyOffset;
    valueLength = 0;
    createRevision = 0;
    modRevision = 0;
    version = 0;
    lease = 0;
    fields.reset(array, pairValueOffset, size);
    while (fields.next()) {
      switch (fields.field()) {
        case 1 -> {
          keyOffset = fields.offset();
          keyLength = fields.length();
        }
        case 2 -> createRevision = fields.number();
        case 3 -> modRevision = fields.number();
        case 4 -> version = fields.number();
        case 5 -> {
          valueOffset = fields.offset();
          valueLength = fields.length();
        }
        case 6 -> lease = fields.number();
        default -> {
          // a later version's
        }
      }
    }
  }

  /** What is wrong with it although it can be read; null when nothing is. */
  @Nullable String problem() {
    if (!deleted && pairValueLength == 0 && sub == 0) {
      return null; // where a restore raised the revision
    }
    if (keyLength == 0) {
      return "the key is empty in revision " + main;
    }
    if (deleted) {
      boolean bare = createRevision == 0 && modRevision == 0 && version == 0 && lease == 0;
      return bare && valueLength == 0 ? null : "a deletion has more than a key";
    }
    if (modRevision != main) {
      return "mod_revision is " + modRevision + " in revision " + main;
    }
    if (createRevision < 1 || createRevision > modRevision) {
      return "create_revision is " + createRevision + " in revision " + main;
    }
    return version < 1 ? "version is " + version + " in revision " + main : null;
  }
}
