package dev.etcdbackup.kubernetes.recovery;

import java.io.IOException;
import java.util.Optional;

/**
 * Where an application keeps the state of a restore, so that the restore goes on after the
 * application was killed. {@link KubernetesClusterOperations} calls it on the thread of its caller.
 */
public interface RestoreProgress {
  /**
   * Returns the last state that was saved.
   *
   * @return the state; empty when no restore was begun
   * @throws IOException when it cannot be read
   */
  Optional<RestoreState> load() throws IOException;

  /**
   * Saves a state, in place of the last one.
   *
   * @param state the state
   * @throws IOException when it cannot be saved; the restore stops, and can be resumed from the
   *     last state
   */
  void save(RestoreState state) throws IOException;
}
