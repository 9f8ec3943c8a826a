package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.PassProgress;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.io.InputStream;

/** Bytes with a listener that takes the progress of each pass over them. */
record ObservedBytes(RandomAccessBytes bytes, ReadOptions.Progress listener)
    implements RandomAccessBytes {
  private static final long STEP = 1 << 20;

  @Override
  public long size() {
    return bytes.size();
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) throws IOException {
    bytes.read(position, target, offset, length);
  }

  @Override
  public InputStream stream(long position, long length) throws IOException {
    return bytes.stream(position, length);
  }

  @Override
  public int smallestRead() {
    return bytes.smallestRead();
  }

  @Override
  public int largestRead() {
    return bytes.largestRead();
  }

  @Override
  public PassProgress pass(long total) {
    return new Steps(listener, total);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  /** One pass: the listener is called once for each MiB. */
  private static final class Steps implements PassProgress {
    private final ReadOptions.Progress listener;
    private final long total;
    private long passed;
    private long reported;

    Steps(ReadOptions.Progress listener, long total) {
      this.listener = listener;
      this.total = total;
    }

    @Override
    public void advanced(long bytes) {
      passed += bytes;
      if (passed - reported >= STEP) {
        reported = passed;
        listener.moved(passed, total);
      }
    }
  }
}
