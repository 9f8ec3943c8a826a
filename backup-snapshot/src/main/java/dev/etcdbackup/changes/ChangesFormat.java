package dev.etcdbackup.changes;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** The constants of the format of recorded changes; see {@code docs/changes-format.md}. */
final class ChangesFormat {
  /** The name of the format and its version. */
  static final byte[] MAGIC = "ETCDCHG1".getBytes(US_ASCII);

  static final byte END = 0;
  static final byte PUT = 1;
  static final byte DELETE = 2;
  static final byte TIME = 3;

  /** The length of a SHA-256. */
  static final int SHA256 = 32;

  private ChangesFormat() {}
}
