package dev.etcdbackup.tarball;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Optional;

/** What can be around a snapshot. */
enum ArchiveFormat {
  GZIP("gzip"),
  ZLIB("zlib"),
  XZ("xz"),
  ZIP("zip"),
  ZSTD("zstd"),
  TAR("tar"),
  OPENPGP("OpenPGP");

  /** How many bytes at the beginning tell. */
  static final int HEAD = 512;

  private final String what;

  ArchiveFormat(String what) {
    this.what = what;
  }

  String what() {
    return what;
  }

  /** The format of what comes next, by its first bytes, which stay where they are. */
  static Optional<ArchiveFormat> of(PushbackInputStream in) throws IOException {
    byte[] head = in.readNBytes(HEAD);
    in.unread(head);
    return of(head);
  }

  /** The format by the first bytes. */
  static Optional<ArchiveFormat> of(byte[] head) {
    String text = new String(head, ISO_8859_1);
    return Arrays.stream(values()).filter(format -> format.begins(text)).findFirst();
  }

  private boolean begins(String text) {
    return switch (this) {
      case GZIP -> text.startsWith("\u001f\u008b");
      case ZLIB -> isZlib(text);
      case XZ -> text.startsWith("\u00fd7zXZ\0");
      case ZIP -> text.startsWith("PK\u0003\u0004");
      case ZSTD ->
          text.startsWith("(\u00b5/\u00fd")
              || (text.startsWith("*M\u0018", 1) && (text.charAt(0) & 0xf0) == 0x50);
      case TAR -> text.startsWith("ustar", 257);
      case OPENPGP -> text.startsWith("-----BEGIN PGP MESSAGE") || isMessage(text);
    };
  }

  /** Deflate with a window of 32 KiB and no dictionary; the check bits make it divisible by 31. */
  private static boolean isZlib(String text) {
    return text.length() > 1
        && text.charAt(0) == 0x78
        && (text.charAt(1) & 0x20) == 0
        && (0x7800 | text.charAt(1)) % 31 == 0;
  }

  /** Begins with the packet of an encrypted session key, in the old or the new format. */
  private static boolean isMessage(String text) {
    if (text.length() < 4) {
      return false;
    }
    return switch (text.charAt(0)) {
      case 0x84 -> text.charAt(2) == 3; // a session key for a public key, by its length
      case 0x85 -> text.charAt(3) == 3;
      case 0xc1 -> text.charAt(2) == 3 || text.charAt(3) == 3;
      case 0x8c, 0xc3 -> text.charAt(2) == 4; // a session key for a passphrase
      default -> false;
    };
  }
}
