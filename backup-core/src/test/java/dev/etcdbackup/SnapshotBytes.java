package dev.etcdbackup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;

/** Bytes that pass for a snapshot: a first page that announces the size, noise, a SHA-256. */
final class SnapshotBytes {
  static final int PAGE = 1024;

  private SnapshotBytes() {}

  static byte[] of(long seed, int pages) {
    byte[] bytes = new byte[pages * PAGE + 32];
    new Random(seed).nextBytes(bytes);
    header(bytes, PAGE, pages);
    seal(bytes);
    return bytes;
  }

  /** Writes the fields of a meta page and its checksum. */
  static void header(byte[] bytes, int pageSize, long pages) {
    ByteBuffer meta = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    meta.putInt(16, 0xED0CDAED).putInt(20, 2).putInt(24, pageSize).putLong(56, pages);
    long checksum = 0xcbf29ce484222325L;
    for (int i = 16; i < 72; i++) {
      checksum = (checksum ^ (bytes[i] & 0xff)) * 0x100000001b3L;
    }
    meta.putLong(72, checksum);
  }

  /** Writes the SHA-256 of what is before the last 32 bytes into these. */
  static void seal(byte[] bytes) {
    byte[] sum = sha256(Arrays.copyOf(bytes, bytes.length - 32));
    System.arraycopy(sum, 0, bytes, bytes.length - 32, 32);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
