package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.name.BackupName;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A member whose watches answer as etcd does in situations that a real one cannot be brought into
 * at will. Each watch is answered by the next script, all further ones by the last. Revision N puts
 * the keys {@code N/0} and {@code N/1}.
 */
final class ScriptedWatches implements AutoCloseable {
  static final long MEMBER = 0xa1;
  private static final long CLUSTER = 0xc1;
  private static final int FRAGMENT = 7; // a field that jetcd's classes do not have
  private static final MethodDescriptor<LeaseTimeToLiveResponse, LeaseTimeToLiveResponse> LEASES =
      MethodDescriptor.<LeaseTimeToLiveResponse, LeaseTimeToLiveResponse>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("etcdserverpb.Lease/LeaseLeases")
          .setRequestMarshaller(ProtoUtils.marshaller(LeaseTimeToLiveResponse.getDefaultInstance()))
          .setResponseMarshaller(
              ProtoUtils.marshaller(LeaseTimeToLiveResponse.getDefaultInstance()))
          .build();

  /** The first revision that each watch asked for. */
  final BlockingQueue<Long> opened = new LinkedBlockingQueue<>();

  private final Deque<Script> scripts;
  private final Server server;
  private volatile long revision;
  private volatile long leader = MEMBER;

  /** What a member sends when a watch is begun. */
  interface Script {
    void play(long from, Answers out);
  }

  ScriptedWatches(long revision, Script... scripts) throws IOException {
    this.revision = revision;
    this.scripts = new ConcurrentLinkedDeque<>(List.of(scripts));
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Watches())
            .addService(new Maintenance())
            .addService(
                ServerServiceDefinition.builder(LeaseGrpc.SERVICE_NAME)
                    .addMethod(LEASES, ServerCalls.asyncUnaryCall(ScriptedWatches::noLeases))
                    .build())
            .build()
            .start();
  }

  private static void noLeases(
      LeaseTimeToLiveResponse request, StreamObserver<LeaseTimeToLiveResponse> answer) {
    answer.onNext(LeaseTimeToLiveResponse.getDefaultInstance());
    answer.onCompleted();
  }

  EtcdConnection connection() {
    return EtcdConnection.to(List.of(URI.create("http://127.0.0.1:" + server.getPort())));
  }

  /** Brings the member to a revision, about which the watch learns nothing by itself. */
  void setRevision(long next) {
    revision = next;
  }

  void setLeader(long member) {
    leader = member;
  }

  /** Takes a base at the member's revision, of which nothing is stored. */
  ChangeRecorder.Base base() {
    long at = revision;
    return new ChangeRecorder.Base(
        BackupKey.of(
            RecorderRun.PROJECT, BackupName.periodic("etcd.backup", at, Instant.now()).text()),
        new SnapshotInfo("scripted", at, CLUSTER, MEMBER, "3.9.0"),
        new SnapshotDigest(1, "00".repeat(32), OptionalLong.of(at)));
  }

  /** Waits for the next watch, and returns the first revision that it asked for. */
  long awaitWatch() throws InterruptedException {
    Long from = opened.poll(30, TimeUnit.SECONDS);
    if (from == null) {
      throw new AssertionError("no watch was begun");
    }
    return from;
  }

  /** The watch is created, then sends what there is; the first time from what is asked for. */
  static Script sending(long last) {
    return (from, out) -> {
      out.created();
      for (long at = from; at <= last; at++) {
        out.revision(at);
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder()
        .setClusterId(CLUSTER)
        .setMemberId(MEMBER)
        .setRevision(revision)
        .build();
  }

  /** What one watch is answered. */
  final class Answers {
    private final StreamObserver<WatchResponse> out;

    Answers(StreamObserver<WatchResponse> out) {
      this.out = out;
    }

    void created() {
      out.onNext(answer().setCreated(true).build());
    }

    void revision(long at) {
      revision = Math.max(revision, at);
      out.onNext(answer().addEvents(put(at, 0)).addEvents(put(at, 1)).build());
    }

    /** The first half of a revision; etcd says that more of it follows. */
    void half(long at) {
      revision = Math.max(revision, at);
      UnknownFieldSet.Field yes = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
      UnknownFieldSet more = UnknownFieldSet.newBuilder().addField(FRAGMENT, yes).build();
      out.onNext(answer().addEvents(put(at, 0)).setUnknownFields(more).build());
    }

    void cancelled(String reason) {
      out.onNext(answer().setCanceled(true).setCancelReason(reason).build());
    }

    /** As etcd refuses a watch that it does not begin. */
    void refused(String reason) {
      out.onNext(
          answer()
              .setWatchId(-1)
              .setCreated(true)
              .setCanceled(true)
              .setCancelReason(reason)
              .build());
    }

    /** As etcd's gRPC proxy does: without saying who it is. */
    void refusedByProxy(String reason) {
      out.onNext(
          WatchResponse.newBuilder()
              .setHeader(ResponseHeader.getDefaultInstance())
              .setCreated(true)
              .setCanceled(true)
              .setCancelReason(reason)
              .build());
    }

    /** As etcd 3.4 does: without a reason. */
    void compacted(long at) {
      out.onNext(answer().setCanceled(true).setCompactRevision(at).build());
    }

    void ended() {
      out.onCompleted();
    }

    private WatchResponse.Builder answer() {
      return WatchResponse.newBuilder().setHeader(header());
    }

    private static Event put(long at, int number) {
      ByteString key = ByteString.copyFrom(at + "/" + number, UTF_8);
      return Event.newBuilder()
          .setType(Event.EventType.PUT)
          .setKv(
              KeyValue.newBuilder()
                  .setKey(key)
                  .setValue(key)
                  .setCreateRevision(at)
                  .setModRevision(at)
                  .setVersion(1))
          .build();
    }
  }

  private final class Watches extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
      return new StreamObserver<>() {
        @Override
        public void onNext(WatchRequest request) {
          long from = request.getCreateRequest().getStartRevision();
          Script next = scripts.size() > 1 ? scripts.remove() : scripts.element();
          opened.add(from);
          next.play(from, new Answers(out));
        }

        @Override
        public void onError(Throwable closed) {
          // the client has closed it
        }

        @Override
        public void onCompleted() {
          out.onCompleted();
        }
      };
    }
  }

  private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
      answer.onNext(
          StatusResponse.newBuilder()
              .setHeader(header())
              .setVersion("3.9.0")
              .setLeader(leader)
              .build());
      answer.onCompleted();
    }
  }
}
