package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skipUnchanged}, against a real etcd. */
@Tag("server")
class LiveUnchangedTest {
  @TempDir Path directory;

  private Backup backUp(EtcdServer etcd) throws Exception {
    String endpoint = etcd.endpoint().toString();
    Cli run = Cli.on(directory, "create", "p", "--etcd", endpoint);
    assertThat(run.code()).as(run.err()).isZero();
    BackupKey key = BackupKey.parse(run.out().strip());
    return Backup.of(store().find(key).orElseThrow(), ZoneOffset.UTC);
  }

  private BackupStore store() throws Exception {
    return DirectoryBackupStore.at(directory);
  }

  private LiveUnchanged check(URI... endpoints) throws Exception {
    EtcdConfig etcd =
        new EtcdConfig(
            Stream.of(endpoints).toList(), Optional.empty(), Optional.empty(), Optional.empty());
    return new LiveUnchanged(etcd, store(), BackupEncodings.none(), Duration.ofSeconds(20));
  }

  @Test
  void onlyTheSameClusterAtTheSameRevisionIsUnchanged() throws Exception {
    URI unreachable = URI.create("http://127.0.0.1:9");
    try (EtcdServer etcd = EtcdServer.start();
        EtcdServer other = EtcdServer.start()) {
      etcd.put("a", "1");
      other.put("a", "1");
      Backup newest = backUp(etcd);

      assertThat(check(etcd.endpoint()).isUnchanged(newest)).isTrue();
      assertThat(check(unreachable, etcd.endpoint()).isUnchanged(newest))
          .as("the second member answers")
          .isTrue();
      assertThat(check(other.endpoint()).isUnchanged(newest)).as("another cluster").isFalse();
      assertThatThrownBy(() -> check(unreachable).isUnchanged(newest))
          .isInstanceOf(SourceException.class);

      etcd.put("a", "1");
      assertThat(check(etcd.endpoint()).isUnchanged(newest)).as("another revision").isFalse();
    }
  }

  @Test
  void aBackupThatDoesNotVerifyIsReplaced() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("a", "1");
      Backup newest = backUp(etcd);
      Path file = directory.resolve(newest.key().toString());
      Files.write(file, Goldens.damaged(Files.readAllBytes(file)));
      Backup damaged = Backup.of(store().find(newest.key()).orElseThrow(), ZoneOffset.UTC);

      assertThat(check(etcd.endpoint()).isUnchanged(damaged)).isFalse();
    }
  }
}
