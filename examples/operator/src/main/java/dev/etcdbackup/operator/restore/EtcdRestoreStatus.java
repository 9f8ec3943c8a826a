package dev.etcdbackup.operator.restore;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a restore is.
 *
 * @param observedGeneration the generation of the spec that this is of
 * @param phase {@code AwaitingApproval}, {@code Running}, {@code Succeeded}, {@code RolledBack} or
 *     {@code Failed}
 * @param backup the key of the backup
 * @param step the step that is run, or failed
 * @param message what is waited for, what was compared, or the reason of a failure
 * @param finishedTime when it ended
 * @param plan what a restore would do, one line for each step
 * @param state the state of the restore, for the operator
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdRestoreStatus(
    @Nullable Long observedGeneration,
    @Nullable String phase,
    @Nullable String backup,
    @Nullable String step,
    @Nullable String message,
    @Nullable String finishedTime,
    @JsonPropertyDescription("What a restore would do, one line for each step.")
        @Nullable List<String> plan,
    @JsonPropertyDescription("The state of the restore, for the operator.")
        @Nullable Map<String, String> state) {
  static final String AWAITING_APPROVAL = "AwaitingApproval";
  static final String RUNNING = "Running";
  static final String SUCCEEDED = "Succeeded";
  static final String ROLLED_BACK = "RolledBack";
  static final String FAILED = "Failed";
  static final EtcdRestoreStatus NONE =
      new EtcdRestoreStatus(null, null, null, null, null, null, null, null);

  EtcdRestoreStatus awaiting(String key, List<String> lines, String text) {
    return new EtcdRestoreStatus(
        observedGeneration, AWAITING_APPROVAL, key, null, text, null, lines, null);
  }

  EtcdRestoreStatus running(@Nullable Long generation, RestoreState now) {
    return new EtcdRestoreStatus(
        generation,
        RUNNING,
        now.backup().map(Object::toString).orElse(backup),
        now.step().name(),
        now.message(),
        null,
        plan,
        now.fields());
  }

  EtcdRestoreStatus ended(String as, String text, String time) {
    return new EtcdRestoreStatus(observedGeneration, as, backup, step, text, time, plan, state);
  }

  EtcdRestoreStatus of(@Nullable Long generation) {
    return new EtcdRestoreStatus(
        generation, phase, backup, step, message, finishedTime, plan, state);
  }

  boolean isDone() {
    return phase != null && !RUNNING.equals(phase);
  }
}
