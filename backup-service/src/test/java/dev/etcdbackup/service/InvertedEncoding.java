package dev.etcdbackup.service;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Turns all bits over: an encoding that hides its content. */
class InvertedEncoding implements BackupEncoding {
  @Override
  public String suffix() {
    return ".zst";
  }

  @Override
  public Content encode(Content snapshot, BackupName name) {
    return new Content(inverted(snapshot.stream()), snapshot.expectedSize());
  }

  @Override
  public InputStream decode(InputStream stored, BackupName name) throws BackupException {
    return inverted(stored);
  }

  /** The same bytes as they are stored. */
  static byte[] inverted(byte[] bytes) {
    byte[] inverted = bytes.clone();
    invert(inverted, 0, inverted.length);
    return inverted;
  }

  private static void invert(byte[] bytes, int offset, int length) {
    for (int i = 0; i < length; i++) {
      bytes[offset + i] ^= (byte) 0xff;
    }
  }

  private static InputStream inverted(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        return one < 0 ? one : one ^ 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        invert(buffer, offset, Math.max(0, read));
        return read;
      }
    };
  }
}
