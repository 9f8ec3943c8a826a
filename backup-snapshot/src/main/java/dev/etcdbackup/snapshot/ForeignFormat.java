package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** Formats in which snapshots are kept and that are mistaken for a snapshot. */
enum ForeignFormat {
  GZIP(0, "\u001f\u008b", "compressed with gzip", "unpack it with gunzip"),
  ZLIB(0, "x\u009c", "compressed with zlib", "unpack it with zlib-flate -uncompress"),
  XZ(0, "\u00fd7zXZ\0", "compressed with xz", "unpack it with unxz"),
  ZSTANDARD(0, "(\u00b5/\u00fd", "compressed with zstd", "unpack it with unzstd"),
  BZIP2(0, "BZh", "compressed with bzip2", "unpack it with bunzip2"),
  LZ4(0, "\u0004\"M\u0018", "compressed with lz4", "unpack it with unlz4"),
  ZIP(0, "PK\u0003\u0004", "a zip archive", "unpack it with unzip"),
  TAR(257, "ustar", "a tar archive", "unpack it with tar -xf"),
  PGP(0, "-----BEGIN PGP MESSAGE", "encrypted with OpenPGP", "decrypt it with gpg"),
  AGE(0, "age-encryption.org/", "encrypted with age", "decrypt it with age");

  /** How many bytes at the beginning of a file say which format it is. */
  static final int HEAD = 512;

  private final int position;
  private final String magic; // ISO 8859-1
  private final String what;
  private final String advice;

  ForeignFormat(int position, String magic, String what, String advice) {
    this.position = position;
    this.magic = magic;
    this.what = what;
    this.advice = advice;
  }

  /** The format by its magic bytes; empty for a snapshot, and for what is none of these. */
  static Optional<ForeignFormat> of(RandomAccessBytes bytes) throws IOException {
    byte[] head = new byte[(int) Math.min(HEAD, bytes.size())];
    bytes.read(0, head, 0, head.length);
    return of(head);
  }

  /** The format by the first bytes. */
  static Optional<ForeignFormat> of(byte[] head) {
    String text = new String(head, ISO_8859_1);
    return Arrays.stream(values())
        .filter(format -> text.startsWith(format.magic, format.position))
        .findFirst();
  }

  /** What it is and what to do, in one line. */
  String message() {
    return "this is not an etcd snapshot: it is " + what + "; " + advice + " first";
  }
}
