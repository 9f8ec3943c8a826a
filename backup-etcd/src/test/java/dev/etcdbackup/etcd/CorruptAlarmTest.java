package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.drill.Drill;
import dev.etcdbackup.etcd.drill.DrillReport;
import dev.etcdbackup.snapshot.Alarm;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clusters of which etcd says that a member is corrupt: it answers no request for keys any more.
 */
@Tag("server")
@Timeout(120)
class CorruptAlarmTest {
  @TempDir private Path directory;

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void aSnapshotIsTakenRestoredAndStartedAllTheSame(EtcdBinaries binaries) throws Exception {
    Path file = directory.resolve("snapshot");
    try (EtcdServer etcd = binaries.server().start()) {
      etcd.put("a", "1");
      raise(etcd.endpoint());
      assertThatExceptionOfType(Exception.class).isThrownBy(() -> etcd.put("a", "2"));

      EtcdConnection connection = EtcdConnection.to(etcd.endpoints());
      try (Snapshot open = EtcdSnapshotSource.builder(connection).build().open()) {
        Files.copy(open.stream(), file);
      }
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        assertThatExceptionOfType(SourceException.class)
            .isThrownBy(
                () -> LiveRestore.builder(connection).build().restore(snapshot, KeyRange.all()))
            .withMessageContaining("corrupt cluster");
      }
    }
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.metadata().alarms())
          .singleElement()
          .extracting(Alarm::type)
          .isEqualTo(Alarm.Type.CORRUPT);
      DrillReport report =
          Drill.builder(Files.createDirectory(directory.resolve("drill")))
              .etcd(binaries.directory().resolve("etcd"))
              .build()
              .run(snapshot);
      assertThat(report.problems()).isEmpty();
      assertThat(report.remarks())
          .containsExactly("the alarm CORRUPT is in it: restore it with clearAlarms");
    }
  }

  @Test
  void aMemberThatIsNotCorruptIsPreferred() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(3)) {
      cluster.member(0).put("a", "1");
      raise(cluster.endpoints().get(0));
      try (Snapshot open =
          EtcdSnapshotSource.builder(EtcdConnection.to(cluster.endpoints())).build().open()) {
        assertThat(open.info().origin()).isNotEqualTo(cluster.endpoints().get(0).toString());
      }
    }
  }

  /** Raises the alarm for the member itself, as etcd's own check does. */
  private static void raise(URI member) throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(member.getHost(), member.getPort()).usePlaintext().build();
    try {
      MaintenanceGrpc.MaintenanceBlockingStub maintenance =
          MaintenanceGrpc.newBlockingStub(channel);
      long id = maintenance.status(StatusRequest.getDefaultInstance()).getHeader().getMemberId();
      maintenance.alarm(
          AlarmRequest.newBuilder()
              .setAction(AlarmRequest.AlarmAction.ACTIVATE)
              .setMemberID(id)
              .setAlarmValue(2) // CORRUPT, which these classes do not know
              .build());
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
    }
  }
}
