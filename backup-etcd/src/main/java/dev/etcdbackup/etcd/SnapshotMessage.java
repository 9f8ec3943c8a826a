package dev.etcdbackup.etcd;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * One message of etcd's Snapshot call, read by hand so that its bytes are copied once, from the
 * network's buffer to the reader's.
 *
 * <p>Format: {@code SnapshotResponse} of {@code etcd/api/etcdserverpb/rpc.proto}: header 1,
 * remaining_bytes 2, blob 3, version 4 (3.6). The blob is wanted, all else is skipped.
 */
final class SnapshotMessage implements Closeable {
  private static final int BLOB = 3;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final InputStream in;
  private int blobLeft;
  private boolean blobSeen;

  /**
   * Takes a message over.
   *
   * @param in its bytes; {@code available()} must return how many are left
   */
  SnapshotMessage(InputStream in) {
    this.in = in;
  }

  /**
   * Reads from the blob.
   *
   * @return how many bytes, or -1 when the message has no more of them
   * @throws IOException when this is no such message
   */
  int read(byte[] buffer, int offset, int length) throws IOException {
    while (blobLeft == 0) {
      if (in.available() == 0) {
        return -1;
      }
      readField();
    }
    int count = in.read(buffer, offset, Math.min(length, blobLeft));
    if (count < 0) {
      throw new EOFException("a message ends within its blob");
    }
    blobLeft -= count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void readField() throws IOException {
    long tag = readVarint();
    int type = (int) tag & 7;
    long field = tag >>> 3;
    if (field == BLOB && type == DELIMITED) {
      if (blobSeen) {
        throw new IOException("a message holds two blobs");
      }
      blobSeen = true;
      blobLeft = readLength();
      return;
    }
    switch (type) {
      case VARINT -> readVarint();
      case FIXED64 -> in.skipNBytes(requireHere(8));
      case DELIMITED -> in.skipNBytes(readLength());
      case FIXED32 -> in.skipNBytes(requireHere(4));
      default -> throw new IOException("a message holds a field of type " + type);
    }
  }

  private int readLength() throws IOException {
    return requireHere(readVarint());
  }

  private int requireHere(long length) throws IOException {
    if (length < 0 || length > in.available()) {
      throw new EOFException("a message is shorter than its fields say");
    }
    return (int) length;
  }

  private long readVarint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("a message ends within a field");
      }
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new IOException("a message holds a number of more than 64 bits");
  }
}
