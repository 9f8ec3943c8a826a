package dev.etcdbackup.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Does something when the bytes have come to their end, and only then says so. */
final class EndingStream extends FilterInputStream {
  interface Ending {
    void run() throws IOException;
  }

  private final Ending ending;

  EndingStream(InputStream in, Ending ending) {
    super(in);
    this.ending = ending;
  }

  static EndingStream failing(InputStream in, IOException failure) {
    return new EndingStream(
        in,
        () -> {
          throw failure;
        });
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, length);
    if (count < 0) {
      ending.run();
    }
    return count;
  }
}
