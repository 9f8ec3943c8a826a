package dev.etcdbackup.faults;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Something happens to a real etcd when so many bytes of its snapshot have been read. */
final class EtcdTrouble implements Trouble {
  private final EtcdEvent event;
  private final long position;
  private @Nullable Members members;
  private volatile int fired;

  EtcdTrouble(EtcdEvent event, long position) {
    this.event = event;
    this.position = position;
  }

  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    EtcdCluster cluster = EtcdServer.builder().startCluster(event.members());
    Members started = new Members(cluster, event.members());
    members = started;
    started.fill();
    Duration timeout = testCase.requestTimeout();
    SnapshotSource source = DirectoryBackend.etcd(cluster.endpoints(), timeout);
    return DirectoryBackend.of(directory.resolve("store"), () -> new Watched(source.open()));
  }

  @Override
  public int fired() {
    return fired;
  }

  @Override
  public void end() throws Exception {
    Members started = members;
    if (started != null && fired > 0) {
      event.end(started);
    }
  }

  @Override
  public void close() throws IOException {
    if (members != null) {
      members.close();
    }
  }

  private synchronized void strike(long memberId) throws IOException {
    if (fired == 0) {
      event.happen(Objects.requireNonNull(members), memberId);
      fired = 1;
    }
  }

  /** A snapshot that tells how far it is. */
  private final class Watched implements Snapshot {
    private final Snapshot snapshot;
    private final InputStream stream;

    Watched(Snapshot snapshot) {
      this.snapshot = snapshot;
      this.stream = new Counted(snapshot.stream(), snapshot.info().memberId());
    }

    @Override
    public SnapshotInfo info() {
      return snapshot.info();
    }

    @Override
    public long size() throws BackupException {
      return snapshot.size();
    }

    @Override
    public InputStream stream() {
      return stream;
    }

    @Override
    public SnapshotDigest digest() {
      return snapshot.digest();
    }

    @Override
    public void close() {
      snapshot.close();
    }
  }

  private final class Counted extends FilterInputStream {
    private final long memberId;
    private long count;

    Counted(InputStream in, long memberId) {
      super(in);
      this.memberId = memberId;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (count == position) {
        strike(memberId);
      }
      long room = count < position ? position - count : length;
      int read = in.read(bytes, offset, (int) Math.min(length, room));
      count += Math.max(0, read);
      return read;
    }
  }
}
