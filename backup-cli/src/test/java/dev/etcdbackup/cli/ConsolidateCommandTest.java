package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backup {@code consolidate PROJECT} begins with. */
class ConsolidateCommandTest {
  @TempDir private Path store;

  @Test
  void aBackupThatIsDatedAheadIsNotTheNewest() throws Exception {
    Files.createDirectory(store.resolve("p"));
    for (String name :
        new String[] {"etcd.backup_v1_2020-02-03-10:00:00", "etcd.backup_v1_2030-01-01-00:00:00"}) {
      Files.write(store.resolve("p").resolve(name), Goldens.bytes("3.4.23-empty"));
    }

    Cli before = Cli.on(store, "consolidate", "p", "--now=2020-02-03T21:00:00Z");
    Cli after = Cli.on(store, "consolidate", "p", "--now=2030-01-02T00:00:00Z");

    assertThat(before.code()).isEqualTo(1);
    assertThat(before.err())
        .contains("there are no changes after p/etcd.backup_v1_2020-02-03-10:00:00");
    assertThat(after.err())
        .contains("there are no changes after p/etcd.backup_v1_2030-01-01-00:00:00");
  }
}
