package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC server that answers as no healthy etcd would: any cluster, revision or snapshot. What real
 * etcd servers can be made to do is tested with them.
 */
final class ScriptedMember extends MaintenanceGrpc.MaintenanceImplBase implements AutoCloseable {
  private final ResponseHeader header;
  private final Script script;
  private final Server server;
  private final CountDownLatch cancelled = new CountDownLatch(1);

  private ScriptedMember(long cluster, long member, long revision, Script script)
      throws IOException {
    this.header =
        ResponseHeader.newBuilder()
            .setClusterId(cluster)
            .setMemberId(member)
            .setRevision(revision)
            .build();
    this.script = script;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
  }

  /** A member that answers who it is, and streams as the script says. */
  static ScriptedMember at(long revision, Script script) throws IOException {
    return new ScriptedMember(0xc1, revision, revision, script);
  }

  /** A member that streams these bytes well. */
  static ScriptedMember streaming(long revision, byte[] snapshot) throws IOException {
    return at(
        revision,
        out -> {
          send(out, snapshot);
          out.onCompleted();
        });
  }

  /** Sends bytes as etcd does, 32 KiB at a time. */
  static void send(StreamObserver<SnapshotResponse> out, byte[] bytes) {
    for (int at = 0; at < bytes.length; at += 32768) {
      ByteString blob = ByteString.copyFrom(bytes, at, Math.min(32768, bytes.length - at));
      out.onNext(SnapshotResponse.newBuilder().setBlob(blob).build());
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** Waits until the client has ended its snapshot call. */
  boolean awaitCancelled() throws InterruptedException {
    return cancelled.await(10, TimeUnit.SECONDS);
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
    answer.onNext(StatusResponse.newBuilder().setHeader(header).setVersion("3.9.0").build());
    answer.onCompleted();
  }

  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> out) {
    ServerCallStreamObserver<SnapshotResponse> call =
        (ServerCallStreamObserver<SnapshotResponse>) out;
    call.setOnCancelHandler(cancelled::countDown);
    script.play(call);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  /** What a member streams. */
  interface Script {
    void play(ServerCallStreamObserver<SnapshotResponse> out);
  }
}
