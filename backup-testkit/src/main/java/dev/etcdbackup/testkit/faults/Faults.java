package dev.etcdbackup.testkit.faults;

import java.util.Objects;

/**
 * Scripts of what goes wrong. Nothing is left to chance: a fault says which call of which operation
 * it strikes, after how many bytes, and what happens then.
 *
 * <pre>{@code
 * Fault lost = Faults.on(COMPLETE_UPLOAD).loseReply();
 * try (FaultProxy proxy = FaultProxy.s3(server.endpoint(), lost)) {
 *   store(proxy.endpoint()).put(key, content);   // finds out that the backup is there
 * }
 * assertThat(lost.fired()).isEqualTo(1);
 * }</pre>
 *
 * <p>The same fault can be given to a {@link FaultyBackupStore}, a {@link FaultySnapshotSource} and
 * a {@link FaultProxy}. Assert {@link Fault#fired()}: a test whose fault never struck shows
 * nothing.
 */
public final class Faults {
  private Faults() {}

  /**
   * Begins a fault. It strikes the first call of the operation, at once, unless told otherwise.
   *
   * @param operation what to strike
   * @return where to say when, and then what
   */
  public static FaultPoint on(Operation operation) {
    return new FaultPoint(Objects.requireNonNull(operation, "operation"));
  }
}
