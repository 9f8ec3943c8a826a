package dev.etcdbackup.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The 28 keys that the replaced system's documentation lists. */
class SeedListingTest {
  private static final List<String> KEYS = keys();

  @Test
  void allTwentyEightAreUnderstood() {
    assertThat(KEYS).hasSize(28);
    assertThat(KEYS)
        .allSatisfy(
            key -> {
              BackupName name = name(key);
              boolean bareMetal = key.startsWith("bare-metal/");
              assertThat(name.kind())
                  .isEqualTo(bareMetal ? BackupKind.TARBALL : BackupKind.PERIODIC);
              assertThat(name.prefix()).isEqualTo(bareMetal ? "etcd-backup" : "etcd.backup");
              assertThat(name.time().orElseThrow().toString())
                  .matches("2020-0(1-3[01]|2-0[123])T.*Z");
            });
  }

  @Test
  void theListingIsInTheOrderOfKeys() {
    assertThat(KEYS).isSortedAccordingTo(BackupName::compareUtf8);
  }

  @Test
  void twoBackupsOfOneSecondAreInTheOrderOfTheirRevisions() {
    List<OptionalLong> revisions =
        KEYS.stream()
            .filter(key -> key.startsWith("cray-fas/"))
            .map(SeedListingTest::name)
            .sorted(BackupName.OLDEST_FIRST)
            .map(BackupName::revision)
            .toList();

    // 60303 is lower than three older ones, and 71858 was taken in the same second.
    assertThat(revisions)
        .map(OptionalLong::getAsLong)
        .containsExactly(63195L, 66092L, 68972L, 60303L, 71858L);
  }

  @Test
  void theRevisionThatGainedADigitIsTheNewest() {
    List<BackupName> oldestFirst =
        KEYS.stream()
            .filter(key -> key.startsWith("cray-bos/"))
            .map(SeedListingTest::name)
            .sorted(BackupName.OLDEST_FIRST)
            .toList();

    assertThat(oldestFirst)
        .map(name -> name.revision().orElseThrow())
        .containsExactly(240L, 480L, 720L, 960L, 1200L);
  }

  private static BackupName name(String key) {
    return BackupName.parse(key.substring(key.indexOf('/') + 1));
  }

  private static List<String> keys() {
    try (InputStream in = SeedListingTest.class.getResourceAsStream("/seed-listing.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
