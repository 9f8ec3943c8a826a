package dev.etcdbackup.tarball;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** One zlib stream. Verifies its Adler-32, and that nothing follows it. */
final class ZlibStream extends InflaterInputStream {
  private boolean ended;

  ZlibStream(InputStream in) {
    super(in, new Inflater(), 8192);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = super.read(target, offset, length);
    if (read < 0 && !ended) {
      if (inf.getRemaining() > 0 || in.read() >= 0) {
        throw new IOException("something follows its end");
      }
      ended = true;
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    inf.end();
    super.close();
  }
}
