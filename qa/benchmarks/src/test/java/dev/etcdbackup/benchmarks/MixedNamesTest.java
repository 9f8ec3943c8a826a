package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.catalogue.Catalogue;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixedNamesTest {
  @Test
  void eachFormatIsTheOneThatItsNameSays() {
    List<String> labels =
        IntStream.range(0, MixedNames.FORMATS)
            .mapToObj(number -> Catalogue.utc().label(backup(MixedNames.key(number))))
            .toList();

    assertThat(labels).isEqualTo(MixedNames.labels());
  }

  @Test
  void noKeyIsThereTwice() {
    assertThat(IntStream.range(0, 10_000).mapToObj(MixedNames::key)).doesNotHaveDuplicates();
  }

  private static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 32, Instant.EPOCH, ""), ZoneOffset.UTC);
  }
}
