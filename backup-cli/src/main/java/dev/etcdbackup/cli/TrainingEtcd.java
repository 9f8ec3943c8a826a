package dev.etcdbackup.cli;

import com.google.protobuf.ByteString;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An etcd in this process for {@link ArchiveTraining}: it says who it is, and gives a snapshot that
 * is uploaded in more than one part.
 */
final class TrainingEtcd implements Closeable {
  private static final int PAGE = 4096;
  private static final int MESSAGE = 32 << 10; // as etcd's
  private static final int KEYS = 17;
  private static final byte[] VALUE = new byte[1 << 20];

  private final Server server;

  private TrainingEtcd(Server server) {
    this.server = server;
  }

  /**
   * Starts one on a port that the system chooses, on the loopback address.
   *
   * @param snapshot where its snapshot is written to
   */
  static TrainingEtcd start(Path snapshot) throws IOException {
    writeSnapshot(snapshot);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Maintenance(snapshot))
            .build()
            .start();
    return new TrainingEtcd(server);
  }

  /** Its endpoint. */
  String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static void writeSnapshot(Path snapshot) throws IOException {
    try (FileChannel file =
            FileChannel.open(snapshot, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        DatabaseWriter database = new DatabaseWriter(file, PAGE)) {
      database.bucket("key");
      for (int i = 0; i < KEYS; i++) {
        long revision = 2L + i;
        byte[] name = ("/registry/none/" + i).getBytes(StandardCharsets.US_ASCII);
        KeyValue pair =
            KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(name))
                .setCreateRevision(revision)
                .setModRevision(revision)
                .setVersion(1)
                .setValue(ByteString.copyFrom(VALUE))
                .build();
        byte[] key = ByteBuffer.allocate(17).putLong(revision).put((byte) '_').putLong(0).array();
        database.add(key, pair.toByteArray());
      }
      database.bucket("meta");
      byte[] index = ByteBuffer.allocate(Long.BYTES).putLong(KEYS + 1).array();
      database.add("consistent_index".getBytes(StandardCharsets.US_ASCII), index);
      long size = database.finish();
      ByteBuffer trailer;
      try (InputStream written = Files.newInputStream(snapshot)) {
        trailer = ByteBuffer.wrap(Sha256.of(written));
      }
      for (long at = size; trailer.hasRemaining(); ) {
        at += file.write(trailer, at);
      }
    }
  }

  private static final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    private final Path snapshot;

    Maintenance(Path snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answers) {
      ResponseHeader header =
          ResponseHeader.newBuilder()
              .setClusterId(1)
              .setMemberId(1)
              .setRevision(KEYS + 1)
              .setRaftTerm(1)
              .build();
      answers.onNext(StatusResponse.newBuilder().setHeader(header).setVersion("3.5.0").build());
      answers.onCompleted();
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> answers) {
      try (InputStream in = Files.newInputStream(snapshot)) {
        for (byte[] bytes = in.readNBytes(MESSAGE);
            bytes.length > 0;
            bytes = in.readNBytes(MESSAGE)) {
          answers.onNext(SnapshotResponse.newBuilder().setBlob(ByteString.copyFrom(bytes)).build());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      answers.onCompleted();
    }
  }
}
