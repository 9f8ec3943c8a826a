package dev.etcdbackup.tarball;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Objects;
import java.util.Optional;

/**
 * Unpacks what people and other tools put around a snapshot, recognised by its first bytes whatever
 * its name: gzip, zlib, a zip of one file, xz, zstd, a tar of one file alone or inside one of
 * these, and a message of OpenPGP around any of them. zstd and OpenPGP are left to the encodings
 * {@code .zst} and {@code .gpg}, if they are given.
 *
 * <p>It writes no files and reads as it is read. What it takes does not depend on the size: some
 * 300 KiB, 80 MiB at most for xz, and what the encodings say. It refuses with {@link
 * CorruptBackupException} what is damaged or cut, further files, links, whatever follows, an
 * archive in an archive other than those above, and more than 64 MiB that are more than 1100 times
 * what they were unpacked from.
 *
 * <p>Immutable and thread-safe if the encodings are.
 */
public final class Archives {
  /** How many bytes at the beginning {@link #isArchive} needs: 512. */
  public static final int HEAD = ArchiveFormat.HEAD;

  private static final BackupName ZSTD = BackupName.parse("e_v0_1970-01-01-00:00:00.zst");
  private static final BackupName OPENPGP = BackupName.parse("e_v0_1970-01-01-00:00:00.gpg");

  private final BackupEncodings encodings;

  /**
   * Creates a reader of archives.
   *
   * @param encodings those that may be used: {@code .zst} and {@code .gpg}
   */
  public Archives(BackupEncodings encodings) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
  }

  /**
   * Returns whether bytes begin as an archive does that is recognised here.
   *
   * @param head the first {@value #HEAD} bytes, or all if there are fewer
   * @return whether {@link #unpack} would unpack them
   */
  public static boolean isArchive(byte[] head) {
    return ArchiveFormat.of(head).isPresent();
  }

  /**
   * Unpacks bytes, or leaves them as they are. Reads up to 512 bytes at once and blocks as long as
   * they do.
   *
   * @param bytes the bytes from their beginning; closing the result closes them. When this throws,
   *     the caller closes them
   * @return what is inside them if they are an archive; otherwise the same bytes. The stream
   *     reports its end only after all bytes were read. An exception of {@code bytes} is thrown
   *     unchanged
   * @throws CorruptBackupException when they are an archive that cannot be unpacked; the message
   *     says what it is and what to do
   * @throws BackupException what an encoding threw
   * @throws IOException what reading the bytes threw
   */
  public InputStream unpack(InputStream bytes) throws IOException {
    UnpackLimits limits = new UnpackLimits(bytes);
    PushbackInputStream in = pushback(limits);
    Optional<ArchiveFormat> found = ArchiveFormat.of(in);
    if (found.isEmpty()) {
      return in; // not limited: nothing is unpacked
    }
    ArchiveFormat outer = found.get();
    if (outer == ArchiveFormat.OPENPGP) {
      in = pushback(decoded(in, OPENPGP, outer));
      found = ArchiveFormat.of(in);
      if (found.isEmpty()) {
        return limits.around(in);
      }
      outer = found.get();
      if (outer == ArchiveFormat.OPENPGP) {
        throw inside(outer, outer);
      }
    }
    in = pushback(limits.around(open(outer, in)));
    Optional<ArchiveFormat> inner = ArchiveFormat.of(in);
    if (inner.isEmpty()) {
      return in;
    }
    if (inner.get() != ArchiveFormat.TAR || outer == ArchiveFormat.TAR) {
      throw inside(inner.get(), outer);
    }
    in = pushback(limits.around(new OneFileOfTar(in)));
    Optional<ArchiveFormat> third = ArchiveFormat.of(in);
    if (third.isPresent()) {
      throw inside(third.get(), ArchiveFormat.TAR);
    }
    return in;
  }

  private static PushbackInputStream pushback(InputStream in) {
    return new PushbackInputStream(in, ArchiveFormat.HEAD);
  }

  private static CorruptBackupException inside(ArchiveFormat inner, ArchiveFormat outer) {
    return new CorruptBackupException(
        "it is " + inner.what() + " inside " + outer.what() + ": unpack it first");
  }

  private InputStream open(ArchiveFormat format, InputStream in) throws IOException {
    return switch (format) {
      case GZIP -> UnpackLimits.gzip(in);
      case ZLIB -> UnpackLimits.zlib(in);
      case XZ -> UnpackLimits.xz(in);
      case ZIP -> new OneFileOfZip(in);
      case TAR -> new OneFileOfTar(in);
      case ZSTD -> decoded(in, ZSTD, format);
      case OPENPGP -> throw new IllegalStateException("opened before");
    };
  }

  private InputStream decoded(InputStream in, BackupName as, ArchiveFormat format)
      throws BackupException {
    if (encodings.missing(as).isPresent()) {
      throw new CorruptBackupException(
          "it is " + format.what() + " and cannot be unpacked here: unpack it first");
    }
    return encodings.decode(in, as);
  }
}
