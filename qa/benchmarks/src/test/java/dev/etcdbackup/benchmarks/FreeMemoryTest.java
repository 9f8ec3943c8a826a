package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {
  @TempDir Path directory;

  @Test
  void aStepThatMayTakeMoreThanIsFreeIsNotRun() throws Exception {
    Path meminfo =
        Files.writeString(
            directory.resolve("meminfo"),
            "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:    2097152 kB\n");

    assertThatCode(() -> new FreeMemory(meminfo, 2L << 30, 0).await("backup"))
        .doesNotThrowAnyException();
    assertThatIOException()
        .isThrownBy(() -> new FreeMemory(meminfo, (2L << 30) + 1, 0).await("warm backup → rgw"))
        .withMessageStartingWith(
            "'warm backup → rgw' may take 2048 MiB of memory, and 2048 MiB are free")
        .withMessageEndingWith("choose a smaller --size, or --targets discard,directory");
  }

  /** A step of 4 GiB was begun with 8 GiB free, and the machine had no memory left. */
  @Test
  void cephTakesMoreThanIsStoredAndTheDatabaseStaysInMemory() {
    assertThat(FreeMemory.forStepsOf(4L << 30, 4L << 30).neededBytes())
        .isBetween(11L << 30, 12L << 30);
  }

  @Test
  void whereNothingIsStoredInMemoryItIsNotLookedAt() {
    Path missing = directory.resolve("missing");
    assertThatCode(() -> new FreeMemory(missing, 0, 0).await("backup")).doesNotThrowAnyException();
  }
}
