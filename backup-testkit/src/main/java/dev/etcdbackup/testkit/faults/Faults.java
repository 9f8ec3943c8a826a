package dev.etcdbackup.testkit.faults;

import java.util.Objects;

/**
 * The start of scripted faults. Nothing is random: a fault specifies which call of which operation
 * fails, after how many bytes, and in which way.
 *
 * <pre>{@code
 * Fault lost = Faults.on(COMPLETE_UPLOAD).loseReply();
 * try (FaultProxy proxy = FaultProxy.s3(server.endpoint(), lost)) {
 *   store(proxy.endpoint()).put(key, content);   // detects that the backup was stored
 * }
 * assertThat(lost.fired()).isEqualTo(1);
 * }</pre>
 *
 * <p>The same fault can be given to a {@link FaultyBackupStore}, a {@link FaultySnapshotSource} and
 * a {@link FaultProxy}. Assert {@link Fault#fired()}: a test whose fault was never injected
 * verifies nothing.
 */
public final class Faults {
  private Faults() {}

  /**
   * Starts the description of a fault. By default it is injected at the beginning of the first call
   * of the operation.
   *
   * @param operation the operation that fails
   * @return a point at which further conditions and then the effect are set
   */
  public static FaultPoint on(Operation operation) {
    return new FaultPoint(Objects.requireNonNull(operation, "operation"));
  }
}
