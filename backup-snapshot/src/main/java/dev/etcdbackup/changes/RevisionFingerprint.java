package dev.etcdbackup.changes;

import dev.etcdbackup.internal.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A hash over all events of one or more revisions, in order: for each whether it is a deletion (1
 * byte), the length of its {@code mvccpb.KeyValue} (4 bytes, big-endian) and that message. For one
 * thread.
 */
public final class RevisionFingerprint {
  private final MessageDigest digest = Sha256.digest();

  /** Begins without an event. */
  public RevisionFingerprint() {}

  /**
   * Adds an event.
   *
   * @param deletion whether the key was deleted
   * @param array where the message lies
   * @param offset where it begins
   * @param length how long it is
   */
  public void event(boolean deletion, byte[] array, int offset, int length) {
    digest.update(deletion ? ChangesFormat.DELETE : ChangesFormat.PUT);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    digest.update(array, offset, length);
  }

  /**
   * The hash of the events added since the last call.
   *
   * @return SHA-256 in lower-case hex
   */
  public String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
