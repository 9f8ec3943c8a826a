package dev.etcdbackup.tarball;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.internal.ConvertedStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/** The one file inside a tarball. Its end is reported once nothing else was found after it. */
final class UnpackedTarball extends ConvertedStream {
  private static final int CHUNK = 64 * 1024;
  private static final int HEAD = 80; // of a snapshot: holds its size
  private static final long MOST_OF_NO_SNAPSHOT = 64L << 20;

  private final TarballObjectStream object;
  private final String name;
  private @Nullable GzipCompressorInputStream gzip;
  private @Nullable TarReader tar;
  private byte[] head = new byte[0];
  private int headRead;
  private boolean ended;

  UnpackedTarball(InputStream object, String name) {
    this.object = new TarballObjectStream(object);
    this.name = name;
  }

  @Override
  protected int convert(byte[] target, int offset, int length) throws IOException {
    return ended ? -1 : unpack(target, offset, Math.min(length, CHUNK));
  }

  @Override
  protected IOException failed(IOException e) {
    IOException ofStore = object.failure();
    return ofStore != null ? ofStore : corrupt(e);
  }

  @Override
  public void close() throws IOException {
    super.close();
    try {
      if (gzip != null) {
        gzip.close(); // frees zlib's memory
      }
    } finally {
      object.close();
    }
  }

  private int unpack(byte[] buffer, int offset, int length) throws IOException {
    object.madeProgress();
    if (tar == null) {
      gzip =
          GzipCompressorInputStream.builder()
              .setInputStream(object)
              .setDecompressConcatenated(true)
              .get();
      tar = new TarReader(gzip);
      findFile(tar);
      long size = tar.left();
      head = readHead(tar);
      requireMeasure(size, head);
    }
    if (headRead < head.length) {
      int read = Math.min(length, head.length - headRead);
      System.arraycopy(head, headRead, buffer, offset, read);
      headRead += read;
      return read;
    }
    int read = tar.read(buffer, offset, length);
    if (read < 0) {
      if (tar.next() != null) {
        throw new IOException("it holds more than one file");
      }
      ended = true;
    }
    return read;
  }

  private static byte[] readHead(TarReader tar) throws IOException {
    byte[] head = new byte[(int) Math.min(HEAD, tar.left())];
    for (int at = 0; at < head.length; ) {
      at += tar.read(head, at, head.length - at); // the tar's end comes after the entry's
    }
    return head;
  }

  /**
   * A thousand bytes cost one in a gzip, so whoever copies this to a disk is not to be given more
   * than the snapshot has by its own account.
   */
  private static void requireMeasure(long size, byte[] head) throws IOException {
    long most;
    String why;
    try {
      most = new VerifyingInputStream(new ByteArrayInputStream(head)).size();
      why = " bytes, and the snapshot's first page announces " + most;
    } catch (CorruptBackupException e) {
      most = MOST_OF_NO_SNAPSHOT;
      why = " bytes and does not begin as a snapshot does";
    }
    if (size > most) {
      throw new IOException("its file has " + size + why);
    }
  }

  /** Goes to the file: past an entry for {@code ./} and one for the directory, at most. */
  private static void findFile(TarReader tar) throws IOException {
    String directory = null;
    for (int i = 0; i < 3; i++) {
      TarArchiveEntry entry = tar.next();
      if (entry == null) {
        break;
      }
      String path = entry.getName();
      while (path.startsWith("./")) {
        path = path.substring(2);
      }
      if (isDirectory(entry, path)) {
        if (!path.isEmpty()) {
          directory = requireDirectory(path.substring(0, path.length() - 1), entry);
        }
      } else {
        requireSnapshot(path, directory, entry);
        return;
      }
    }
    throw new IOException("it holds no " + Tarball.CONTENT);
  }

  private static boolean isDirectory(TarArchiveEntry entry, String path) throws IOException {
    switch (entry.getLinkFlag()) {
      case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_DIR -> {}
      case TarConstants.LF_LINK, TarConstants.LF_SYMLINK ->
          throw new IOException("it holds a link, " + shown(entry));
      case TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO ->
          throw new IOException("it holds a device or pipe, " + shown(entry));
      default ->
          throw new IOException(
              "it holds an entry of type " + (entry.getLinkFlag() & 0xff) + ", " + shown(entry));
    }
    boolean directory = path.isEmpty() || path.endsWith("/");
    if (directory && entry.getSize() != 0) {
      throw new IOException("it holds a directory with content, " + shown(entry));
    }
    return directory;
  }

  private static void requireSnapshot(
      String path, @Nullable String announced, TarArchiveEntry entry) throws IOException {
    String end = "/" + Tarball.CONTENT;
    if (!path.endsWith(end)) {
      throw new IOException("it holds " + shown(entry) + " where DIRECTORY" + end + " should be");
    }
    String directory = requireDirectory(path.substring(0, path.length() - end.length()), entry);
    if (announced != null && !announced.equals(directory)) {
      throw new IOException("it holds two directories, the second with " + shown(entry));
    }
  }

  private static String requireDirectory(String directory, TarArchiveEntry entry)
      throws IOException {
    if (directory.isEmpty()
        || directory.indexOf('/') >= 0
        || directory.equals(".")
        || directory.equals("..")) {
      throw new IOException("it holds " + shown(entry) + ", which is not in one directory");
    }
    return directory;
  }

  private static String shown(TarArchiveEntry entry) {
    return TarReader.shown(entry.getName());
  }

  private CorruptBackupException corrupt(IOException e) {
    String problem = e instanceof EOFException ? "it ends too early" : e.getMessage();
    return new CorruptBackupException(name + " cannot be unpacked: " + problem, e);
  }
}
