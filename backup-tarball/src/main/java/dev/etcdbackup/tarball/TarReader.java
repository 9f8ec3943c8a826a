package dev.etcdbackup.tarball;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.apache.commons.compress.utils.ArchiveUtils;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a tar, strictly. Commons Compress reads the single headers; its {@code
 * TarArchiveInputStream} is not used because it takes a tar that was cut off between two entries
 * for a whole one, ignores header checksums and what follows the end, and collects long names and
 * pax records of any size in memory.
 *
 * <p>Formats: POSIX.1-2001 (ustar, pax) and GNU's large sizes. GNU's long names and sparse files
 * have no place in a backup; the reader hands their headers out like any other.
 */
final class TarReader {
  private static final int BLOCK = TarConstants.DEFAULT_RCDSIZE;
  private static final int MOST_EXTENSIONS = 4;
  private static final int MOST_EXTENSION_BYTES = 64 * 1024;
  private static final int MOST_ZEROS =
      1 << 20; // GNU tar pads to 10 KiB, or to its blocking factor
  private static final ZipEncoding UTF_8 = ZipEncodingHelper.getZipEncoding(StandardCharsets.UTF_8);

  private final InputStream in;
  private final byte[] block = new byte[BLOCK];
  private long left; // of the current entry
  private int padding;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * Goes to the next entry; the current one must have been read to its end.
   *
   * @return its header, or null when the tar ended, and what it lies in too
   * @throws EOFException when the tar is cut off
   * @throws IOException when it is not a tar, saying why
   */
  @Nullable TarArchiveEntry next() throws IOException {
    readFully(block, padding);
    long paxSize = -1;
    for (int i = 0; i <= MOST_EXTENSIONS; i++) {
      TarArchiveEntry entry = header();
      if (entry == null) {
        return null;
      }
      if (entry.isPaxHeader() || entry.isGlobalPaxHeader()) {
        paxSize = extension(entry);
        continue;
      }
      if (paxSize >= 0) {
        entry.setSize(paxSize);
      }
      left = entry.getSize();
      padding = padding(left);
      return entry;
    }
    throw new IOException("it holds more than " + MOST_EXTENSIONS + " pax headers in a row");
  }

  /** How many bytes of the current entry are to come. */
  long left() {
    return left;
  }

  /** Reads the current entry; -1 at its end. */
  int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int read = in.read(buffer, offset, (int) Math.min(length, left));
    if (read < 0) {
      throw new EOFException();
    }
    left -= read;
    return read;
  }

  /** Text from the archive, made printable for a message. */
  static String shown(String text) {
    String visible = text.replaceAll("\\p{Cntrl}", "?");
    return "'" + (visible.length() > 100 ? visible.substring(0, 100) + "..." : visible) + "'";
  }

  private @Nullable TarArchiveEntry header() throws IOException {
    readFully(block, BLOCK);
    if (ArchiveUtils.isArrayZero(block, BLOCK)) {
      requireEnd();
      return null;
    }
    try {
      // Lenient about owner, mode and time, which do not matter here; the size is read strictly.
      TarArchiveEntry entry = new TarArchiveEntry(block, UTF_8, true);
      if (entry.isCheckSumOK()) {
        return entry;
      }
    } catch (IOException | RuntimeException e) {
      throw new IOException("it holds a tar header that is malformed", e);
    }
    throw new IOException("it holds a tar header whose checksum is wrong");
  }

  /** After the first block of zeros: at least another, only such, and then the end. */
  private void requireEnd() throws IOException {
    int zeros = 0;
    for (int read; (read = in.read(block, 0, BLOCK)) >= 0; zeros += read) {
      if (!ArchiveUtils.isArrayZero(block, read) || zeros > MOST_ZEROS) {
        throw new IOException("it goes on after the end of its tar");
      }
    }
    if (zeros < BLOCK) {
      throw new EOFException();
    }
  }

  /** Reads the records of a pax header: the size of the next file, or -1 when they do not say. */
  private long extension(TarArchiveEntry header) throws IOException {
    if (header.getSize() > MOST_EXTENSION_BYTES) {
      throw new IOException("it holds a pax header of " + header.getSize() + " bytes");
    }
    byte[] records = new byte[(int) header.getSize()];
    readFully(records, records.length);
    readFully(block, padding(records.length));
    long size = -1;
    for (int at = 0; at < records.length; ) {
      int end = at + recordLength(records, at);
      String record = new String(records, at, end - 1 - at, StandardCharsets.UTF_8);
      String[] pair = record.substring(record.indexOf(' ') + 1).split("=", 2);
      if (pair[0].equals("size") && header.isPaxHeader()) {
        size = number(pair[pair.length - 1]);
      } else if (!isHarmless(pair[0])) {
        throw new IOException("it holds the pax record " + shown(pair[0]) + ", out of place here");
      }
      at = end;
    }
    return size;
  }

  /** The length in front of a record, {@code 20 ctime=1580740807\n}. */
  private static int recordLength(byte[] records, int at) throws IOException {
    int blank = at;
    while (blank < records.length && blank < at + 6 && records[blank] != ' ') {
      blank++;
    }
    long length = number(new String(records, at, blank - at, StandardCharsets.US_ASCII));
    if (length <= blank - at
        || length > records.length - at
        || records[at + (int) length - 1] != '\n') {
      throw new IOException("it holds a pax header that is malformed");
    }
    return (int) length;
  }

  private static long number(String digits) throws IOException {
    if (!digits.matches("[0-9]{1,18}")) {
      throw new IOException("it holds a pax header that is malformed");
    }
    return Long.parseLong(digits);
  }

  /** Whether a record changes neither what the next file is called nor how its bytes lie. */
  private static boolean isHarmless(String key) {
    return switch (key) {
      case "path", "linkpath", "size", "hdrcharset" -> false;
      default -> !key.startsWith("GNU.sparse.") && !key.startsWith("SCHILY.realsize");
    };
  }

  private static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  private void readFully(byte[] buffer, int length) throws IOException {
    if (in.readNBytes(buffer, 0, length) < length) {
      throw new EOFException();
    }
  }
}
