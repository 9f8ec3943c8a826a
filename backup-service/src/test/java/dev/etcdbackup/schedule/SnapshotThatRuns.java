package dev.etcdbackup.schedule;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/** Snapshots of the same bytes; something happens once, when the first has been read to its end. */
final class SnapshotThatRuns implements Supplier<InputStream> {
  private final byte[] bytes;
  private final Runnable atTheEnd;
  private boolean done;

  SnapshotThatRuns(byte[] bytes, Runnable atTheEnd) {
    this.bytes = bytes;
    this.atTheEnd = atTheEnd;
  }

  @Override
  public InputStream get() {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        if (count < 0 && !done) {
          done = true;
          atTheEnd.run();
        }
        return count;
      }
    };
  }
}
