package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.kubernetes.BackupTask.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupTaskTest {
  private static final Instant T0 = Instant.parse("2026-11-28T10:00:00Z");
  private static final Instant T1 = T0.plusSeconds(60);

  @Test
  void aTaskBeginsAndIsDone() {
    BackupTask running = BackupTask.pending().begin(T0);
    assertThat(running.state()).isEqualTo(State.RUNNING);
    assertThat(running.begin(T1)).isSameAs(running);
    assertThat(running.expires(Duration.ZERO)).isEmpty();

    BackupTask done = running.succeed(T1, "p/b");
    assertThat(done)
        .isEqualTo(new BackupTask(State.SUCCEEDED, Optional.of(T0), Optional.of(T1), "p/b"));
    assertThat(done.expires(Duration.ofHours(1))).contains(T1.plusSeconds(3600));
    assertThat(running.fail(T1, "why").state()).isEqualTo(State.FAILED);
  }

  @Test
  void nothingChangesATaskThatIsDone() {
    BackupTask done = BackupTask.pending().fail(T0, "why");
    assertThat(done.started()).contains(T0);
    assertThat(done.begin(T1)).isSameAs(done);
    assertThat(done.succeed(T1, "late")).isSameAs(done);
    assertThat(done.fail(T1, "again")).isSameAs(done);
    assertThat(done.interrupted(T1, true)).isSameAs(done);
  }

  @Test
  void aRestartFailsABackupAndRepeatsARestore() {
    BackupTask running = BackupTask.pending().begin(T0);
    assertThat(running.interrupted(T1, true)).isEqualTo(BackupTask.pending());
    assertThat(running.interrupted(T1, false).state()).isEqualTo(State.FAILED);
    assertThat(running.interrupted(T1, false).message()).contains("the operator ended");
    assertThat(BackupTask.pending().interrupted(T1, false)).isEqualTo(BackupTask.pending());
  }

  @Test
  void labelsAreThoseOfPhases() {
    for (State state : State.values()) {
      assertThat(State.ofLabel(state.label())).isEqualTo(state);
    }
    assertThat(State.ofLabel(null)).isEqualTo(State.PENDING);
    assertThat(State.ofLabel("unknown")).isEqualTo(State.PENDING);
  }

  @Test
  void valuesAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BackupTask(State.RUNNING, Optional.empty(), Optional.empty(), ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BackupTask(State.SUCCEEDED, Optional.of(T0), Optional.empty(), ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupTask.pending().expires(Duration.ofSeconds(-1)));
  }
}
