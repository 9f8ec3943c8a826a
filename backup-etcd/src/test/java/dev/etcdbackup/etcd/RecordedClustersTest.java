package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which member is recorded and by which recorder, and a cluster with passwords. */
@Tag("server")
@Timeout(120)
class RecordedClustersTest {
  @TempDir Path directory;
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private RecordedHistory history;

  @BeforeEach
  void begin() {
    history = new RecordedHistory(store, directory);
  }

  @Test
  void anotherMemberIsRecordedWhenTheFirstIsRemoved() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(3);
        RecorderRun recorder =
            new RecorderRun(
                EtcdConnection.to(cluster.endpoints()),
                store,
                it -> it.memberPatience(Duration.ofSeconds(1)))) {
      EtcdServer first = cluster.member(0);
      EtcdServer other = cluster.member(1);
      BackupKey base = recorder.base();
      try (Client client = RecordedHistory.client(other)) {
        history.write(client, 20);
        long end = other.revision();
        recorder.await(end);
        remove(first, other);
        BackupKey second = recorder.base();
        assertThat(recorder.ended).isNotEmpty();
        history.write(client, 20);
        recorder.await(other.revision());
        history.assertAnswersAlike(client, other, base, end);
        history.assertAnswersAlike(client, other, second, other.revision());
      }
    }
  }

  /** A cluster must have run for some seconds before etcd accepts that. */
  private static void remove(EtcdServer member, EtcdServer by) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        String unused = by.etcdctl("member", "remove", Long.toHexString(member.memberId()));
        return;
      } catch (IOException e) {
        assertThat(System.nanoTime()).as("%s", e.getMessage()).isLessThan(end);
      }
    }
  }

  @Test
  void oneOfTwoRecordersUnderOneLockRecordsAndTheOtherGoesOn() throws Exception {
    BackupLock lock = BackupLock.inProcess();
    try (EtcdServer etcd = EtcdServer.start();
        Client client = RecordedHistory.client(etcd)) {
      EtcdConnection connection = EtcdConnection.to(etcd.endpoints());
      RecorderRun one = new RecorderRun(connection, store, it -> it.lock(lock));
      BackupKey base = one.base();
      try (RecorderRun other = new RecorderRun(connection, store, it -> it.lock(lock))) {
        history.write(client, 30);
        one.await(etcd.revision());
        one.close();
        history.write(client, 30);
        other.await(etcd.revision());
        assertThat(other.bases).isEmpty();
        assertThat(other.failures).isEmpty();
      } finally {
        one.close(); // again, where it is closed already
      }
      history.assertAnswersAlike(client, etcd, base, etcd.revision());
      long next = BackupName.parse(base.name()).revision().orElseThrow() + 1;
      for (BackupName changes : changes()) {
        assertThat(changes.firstRevision()).as("no revision is stored twice").hasValue(next);
        next = changes.revision().orElseThrow() + 1;
      }
    }
  }

  private List<BackupName> changes() {
    return store.list(RecorderRun.PROJECT).stream()
        .map(one -> BackupName.parse(one.key().name()))
        .filter(name -> name.kind() == BackupKind.CHANGES)
        .sorted(Comparator.comparingLong(name -> name.firstRevision().orElseThrow()))
        .toList();
  }

  /** After a restart etcd knows no tokens any more. */
  @Test
  void aClusterWithPasswordsIsRecordedAsRootAlsoWhenTheTokenIsNoLongerValid() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().rootPassword("secret").start()) {
      EtcdConnection connection =
          EtcdConnection.builder(etcd.endpoints()).user("root", () -> "secret").build();
      try (RecorderRun recorder = new RecorderRun(connection, store, it -> it)) {
        BackupKey base = recorder.base();
        try (Client client = root(etcd)) {
          history.write(client, 30);
        }
        recorder.await(etcd.revision());
        etcd.restart();
        try (Client client = root(etcd)) {
          history.write(client, 30);
          recorder.await(etcd.revision());
          assertThat(recorder.ended).isEmpty();
          history.assertAnswersAlike(client, etcd, base, etcd.revision());
          history.assertAnswersAlike(client, etcd, base, etcd.revision() - 45);
        }
      }
    }
  }

  /** etcd goes on with a watch whose user has lost the role, but from 3.5 on it is noticed. */
  @ParameterizedTest(name = "on {0}")
  @MethodSource("binaries")
  void aUserWhoLosesTheRoleForSomeTimeSkipsNoRevision(EtcdBinaries version) throws Exception {
    try (EtcdServer etcd = version.server().rootPassword("secret").start();
        Client client = root(etcd)) {
      etcd.addUser("recorder", "its-own");
      String unused = etcd.etcdctl("user", "grant-role", "recorder", "root");
      EtcdConnection connection =
          EtcdConnection.builder(etcd.endpoints()).user("recorder", () -> "its-own").build();
      boolean told = !version.line().equals("3.4");
      Duration patience = Duration.ofSeconds(told ? 1 : 60);
      try (RecorderRun recorder =
          new RecorderRun(connection, store, it -> it.memberPatience(patience))) {
        BackupKey base = recorder.base();
        history.write(client, 20);
        recorder.await(etcd.revision());
        unused = etcd.etcdctl("user", "revoke-role", "recorder", "root");
        long revoked = etcd.revision();
        history.write(client, 20);
        if (told) {
          recorder.awaitEnd();
          assertThat(recorder.ended)
              .singleElement()
              .asString()
              .containsAnyOf("users or roles were changed", "permission denied");
          recorder.awaitFailure();
          assertThat(recorder.failures).anyMatch(e -> e.getMessage().contains("permission denied"));
          assertThat(recorder.bases).isEmpty();
        }
        unused = etcd.etcdctl("user", "grant-role", "recorder", "root");
        BackupKey next = told ? recorder.base() : base;
        history.write(client, 20);
        recorder.await(etcd.revision());
        history.assertAnswersAlike(client, etcd, base, revoked);
        history.assertAnswersAlike(client, etcd, next, etcd.revision());
        history.assertAnswersAlike(client, etcd, next, etcd.revision() - 15);
      }
    }
  }

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  @Test
  void aMemberThatIsCutOffFromTheOthersIsWaitedFor() throws Exception {
    try (EtcdCluster cluster = EtcdServer.builder().startCluster(3);
        RecorderRun recorder =
            new RecorderRun(
                EtcdConnection.to(cluster.member(2).endpoints()),
                store,
                it -> it.timeout(Duration.ofSeconds(1)));
        Client client = RecordedHistory.client(cluster.member(2))) {
      BackupKey base = recorder.base();
      history.write(client, 20);
      recorder.await(cluster.member(2).revision());
      cluster.member(0).kill();
      cluster.member(1).kill();
      recorder.awaitFailure("has no leader");
      cluster.member(0).restart();
      history.write(client, 20);
      recorder.await(cluster.member(2).revision());
      assertThat(recorder.ended).isEmpty();
      history.assertAnswersAlike(client, cluster.member(2), base, cluster.member(2).revision());
    }
  }

  private static Client root(EtcdServer etcd) {
    return Client.builder()
        .endpoints(etcd.endpoint())
        .user(ByteSequence.from("root", UTF_8))
        .password(ByteSequence.from("secret", UTF_8))
        .build();
  }
}
