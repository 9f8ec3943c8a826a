package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.s3.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("server")
@Tag("night")
class LongListTest {
  @Test
  void tenThousandBackupsAreListedToTheLast(@TempDir Path directory) throws Exception {
    try (S3Server server = S3Server.embedded(directory);
        TestBucket bucket = new TestBucket(server)) {
      List<BackupKey> keys =
          IntStream.range(0, 10_050)
              .mapToObj(i -> BackupKey.of("many", "etcd.backup_v" + i + "_2020-02-03-20:45:02"))
              .sorted()
              .toList();
      for (BackupKey key : keys) { // the server's own form; faster than as many requests
        Path file = directory.resolve(bucket.name).resolve(key.toString());
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[1]);
      }
      assertThat(bucket.store().build().list("many"))
          .extracting(StoredBackup::key)
          .containsExactlyElementsOf(keys);
    }
  }
}
