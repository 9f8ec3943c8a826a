package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stream that passes content to a faulty store with the calls of an S3 upload. */
final class PartedStream extends InputStream {
  private final FaultyBackupStore store;
  private final BackupKey key;
  private final InputStream content;
  private final int partSize;
  private byte[] part = {};
  private int position;
  private int parts;
  private boolean ended;
  private @Nullable StoreCall commit;

  PartedStream(FaultyBackupStore store, BackupKey key, InputStream content, int partSize) {
    this.store = store;
    this.key = key;
    this.content = content;
    this.partSize = partSize;
  }

  /** Returns the call that made the content visible. Call it after the end was read. */
  StoreCall commit() {
    return Objects.requireNonNull(commit, "the content was not read to its end");
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length > 0 && position == part.length && !ended) {
      send();
    }
    if (length > 0 && position == part.length) {
      return -1;
    }
    int count = Math.min(length, part.length - position);
    System.arraycopy(part, position, buffer, offset, count);
    position += count;
    return count;
  }

  /** Reads the next part and sends it; completes the upload after the last one. */
  private void send() throws IOException {
    byte[] next = content.readNBytes(partSize);
    parts++;
    position = 0;
    ended = next.length < partSize;
    if (parts == 1 && ended) {
      commit = store.call(Operation.PUT, key.toString());
      part = commit.request(next);
      return;
    }
    if (parts == 1) {
      roundTrip(Operation.CREATE_UPLOAD, new byte[0]);
    }
    part = next.length == 0 ? next : roundTrip(Operation.UPLOAD_PART, next);
    if (ended) {
      commit = store.call(Operation.COMPLETE_UPLOAD, key.toString());
      commit.request();
    }
  }

  private byte[] roundTrip(Operation operation, byte[] body) throws StoreException {
    StoreCall call = store.call(operation, key.toString());
    byte[] arrived = call.request(body);
    call.reply(false);
    return arrived;
  }
}
