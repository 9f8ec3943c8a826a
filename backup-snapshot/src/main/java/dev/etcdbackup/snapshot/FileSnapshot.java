package dev.etcdbackup.snapshot;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A snapshot that is read from a file, and verified again on the way. */
final class FileSnapshot implements Snapshot {
  /** Bytes of SHA-256 after the database. */
  static final int TRAILER = VerifyingInputStream.TRAILER_SIZE;

  private final SnapshotInfo info;
  private final RandomAccessBytes bytes;
  private final VerifyingInputStream verifying;
  private final Stream stream = new Stream();

  /**
   * Takes over an open file.
   *
   * @param meta which database to make a snapshot of; null when the file is one already
   */
  FileSnapshot(SnapshotInfo info, RandomAccessBytes bytes, @Nullable Meta meta) throws IOException {
    this.info = info;
    this.bytes = bytes;
    this.verifying =
        new VerifyingInputStream(
            meta == null ? bytes.stream() : new SnapshotFramingStream(bytes, meta));
  }

  static void close(@Nullable RandomAccessBytes bytes) {
    try {
      if (bytes != null) {
        bytes.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing was written
    }
  }

  @Override
  public SnapshotInfo info() {
    return info;
  }

  @Override
  public long size() throws SourceException {
    try {
      return verifying.size();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public InputStream stream() {
    return stream;
  }

  @Override
  public SnapshotDigest digest() {
    SnapshotDigest digest = verifying.digest();
    return new SnapshotDigest(digest.size(), digest.sha256(), OptionalLong.of(info.revision()));
  }

  @Override
  public void close() {
    close(bytes);
  }

  private SourceException failed(IOException e) {
    return e instanceof SourceException already
        ? already
        : new SourceException(info.origin() + ": " + FailureText.of(e), e);
  }

  /** The bytes, with every failure one of the source. */
  private final class Stream extends InputStream {
    @Override
    public int read() throws SourceException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws SourceException {
      try {
        return verifying.read(buffer, offset, length);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public void close() {
      FileSnapshot.this.close();
    }
  }
}
