package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.StoreRules.assertEmpty;
import static dev.etcdbackup.testkit.StoreRules.assertStored;
import static dev.etcdbackup.testkit.StoreRules.put;
import static dev.etcdbackup.testkit.StoreRules.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules for failed writes: nothing is stored, and the exception names the component that
 * failed.
 */
interface FailedPutRules extends StoreRules {
  @ParameterizedTest(name = "at byte {1} of {0}")
  @CsvSource({"1000, 0", "1000, 1000", "17825792, 0", "17825792, 9000000", "17825792, 17825792"})
  default void aContentThatFailsComesThroughAsItIsAndLeavesNothing(int size, int position)
      throws Exception {
    SourceException failure = new SourceException("the test's source failed");
    WatchedStream content = failing(size, position, failure);
    Throwable thrown =
        catchThrowable(() -> store().put(BackupKey.of("p", "a"), Content.of(content, size)));
    assertThat(thrown).isSameAs(failure);
    assertThat(content.wasClosed()).isFalse();
    assertEmptyAndFree();
  }

  @Test
  default void aContentThatProvesCorruptComesThroughAsItIs() throws Exception {
    CorruptBackupException failure = new CorruptBackupException("the test's content is corrupt");
    assertThatThrownBy(
            () -> store().put(BackupKey.of("p", "a"), Content.of(failing(1000, 1000, failure))))
        .isSameAs(failure);
    assertEmptyAndFree();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1000, LARGE})
  default void anyOtherFailureOfReadingIsTheSources(int size) throws Exception {
    IOException failure = new IOException("the test's stream broke");
    WatchedStream content = failing(size, size, failure);
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> store().put(BackupKey.of("p", "a"), Content.of(content)))
        .withCause(failure);
    assertEmptyAndFree();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1000, LARGE})
  default void aContentThatThrowsUncheckedLeavesNothing(int size) throws Exception {
    WatchedStream content =
        new WatchedStream(random(1, size))
            .before(
                size,
                () -> {
                  throw new IllegalStateException("the test's stream has a bug");
                });
    assertThatThrownBy(() -> store().put(BackupKey.of("p", "a"), Content.of(content))).isNotNull();
    assertEmptyAndFree();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1000, LARGE})
  default void anInterruptedPutEndsAndLeavesNothing(int size) throws Exception {
    WatchedStream content =
        new WatchedStream(random(2, size)).before(0, () -> Thread.currentThread().interrupt());
    Throwable thrown =
        catchThrowable(() -> store().put(BackupKey.of("p", "a"), Content.of(content)));
    boolean stillInterrupted = Thread.interrupted(); // and cleared, whatever comes next
    assertThat(thrown)
        .as("what a put throws whose thread is interrupted while it reads")
        .isInstanceOf(BackupException.class);
    assertThat(stillInterrupted).as("the thread's interrupt status").isTrue();
    assertEmptyAndFree();
  }

  private void assertEmptyAndFree() throws IOException {
    assertEmpty(store(), "p/a");
    byte[] bytes = random(3, 2000);
    put(store(), "p/a", bytes);
    assertStored(store(), "p/a", bytes);
  }

  private static WatchedStream failing(int size, int position, IOException failure) {
    return new WatchedStream(random(4, size))
        .before(
            position,
            () -> {
              throw failure;
            });
  }
}
