package dev.etcdbackup.tarball;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.CorruptBackupException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * Packed bytes that are counted, so that what is unpacked from them can be limited, and that
 * remember whether reading them failed.
 */
final class UnpackLimits extends FilterInputStream {
  private static final int MAX_RATIO = 1100; // gzip and zip stay below
  private static final long UNBOUNDED = 64 << 20;
  private static final long MOST_WITHOUT_PROGRESS = 8 << 20;
  private static final int XZ_MEMORY_KIB = 80 << 10; // xz -9 needs 65 MiB

  private long count;
  private long progress; // the count when something was unpacked
  private boolean unpacking;
  private @Nullable IOException failure;

  UnpackLimits(InputStream packed) {
    super(packed);
  }

  static InputStream gzip(InputStream in) throws IOException {
    return GzipCompressorInputStream.builder()
        .setInputStream(in)
        .setDecompressConcatenated(true)
        .get();
  }

  static InputStream zlib(InputStream in) {
    return new ZlibStream(in);
  }

  static InputStream xz(InputStream in) throws IOException {
    return new XZInputStream(in, XZ_MEMORY_KIB);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (unpacking && count - progress > MOST_WITHOUT_PROGRESS) {
      throw new IOException("its headers are too long");
    }
    try {
      int read = in.read(target, offset, length);
      count += Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Limits what is unpacked, and reports every failure but those of the packed bytes as damage. */
  InputStream around(InputStream unpacked) {
    unpacking = true;
    progress = count;
    return new Unpacked(unpacked);
  }

  private final class Unpacked extends FilterInputStream {
    private long size;

    Unpacked(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read;
      try {
        read = in.read(target, offset, length);
      } catch (BackupException e) {
        throw e;
      } catch (IOException e) {
        if (failure != null) {
          throw failure;
        }
        String reason = e.getMessage() == null ? "it is cut" : e.getMessage();
        throw new CorruptBackupException("the archive cannot be unpacked: " + reason, e);
      } catch (RuntimeException e) { // of a library that meets something unexpected
        throw new CorruptBackupException("the archive cannot be unpacked: " + e, e);
      }
      progress = count;
      size += Math.max(0, read);
      if (size > UNBOUNDED && size / MAX_RATIO > count) {
        throw new CorruptBackupException(
            "the archive expands to more than " + MAX_RATIO + " times its size");
      }
      return read;
    }
  }
}
