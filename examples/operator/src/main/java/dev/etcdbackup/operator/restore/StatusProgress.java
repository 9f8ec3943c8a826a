package dev.etcdbackup.operator.restore;

import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.StatusWriter;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The state of a restore in the status of its {@code EtcdRestore}. */
final class StatusProgress implements RestoreProgress {
  private final KubernetesClient client;
  private final Owner owner;
  private final @Nullable Long generation;
  private volatile EtcdRestoreStatus last;

  /**
   * Creates it.
   *
   * @param generation the generation of the spec that is carried out
   * @param seen the status as it was seen with that spec
   */
  StatusProgress(
      KubernetesClient client, Owner owner, @Nullable Long generation, EtcdRestoreStatus seen) {
    this.client = client;
    this.owner = owner;
    this.generation = generation;
    this.last = seen;
  }

  /** The status as it is in the API server. */
  EtcdRestoreStatus status() throws IOException {
    last = Objects.requireNonNullElse(read().getStatus(), EtcdRestoreStatus.NONE);
    return last;
  }

  /**
   * The status that this read or saved last, without asking the API server, which may be away: a
   * state that is not written back is lost, and with it the way back to the old volumes.
   */
  EtcdRestoreStatus lastKnown() {
    return last;
  }

  @Override
  public Optional<RestoreState> load() throws IOException {
    @Nullable Map<String, String> state = status().state();
    return state == null ? Optional.empty() : Optional.of(RestoreState.of(state));
  }

  @Override
  public void save(RestoreState state) throws IOException {
    EtcdRestore newest = read();
    EtcdRestoreStatus before =
        Objects.requireNonNullElse(newest.getStatus(), EtcdRestoreStatus.NONE);
    try {
      EtcdRestoreStatus running = before.running(generation, state);
      if (!StatusWriter.write(client, newest, running)) {
        throw wasDeleted();
      }
      last = running;
    } catch (KubernetesClientException e) {
      throw new IOException("the state of " + owner + " cannot be saved: " + e.getMessage(), e);
    }
  }

  private EtcdRestore read() throws IOException {
    try {
      @Nullable EtcdRestore read =
          client
              .resources(EtcdRestore.class)
              .inNamespace(owner.namespace())
              .withName(owner.id().getName())
              .get();
      if (read == null || !owner.uid().equals(read.getMetadata().getUid())) {
        throw wasDeleted();
      }
      return read;
    } catch (KubernetesClientException e) {
      throw new IOException("the state of " + owner + " cannot be read: " + e.getMessage(), e);
    }
  }

  private IOException wasDeleted() {
    return new IOException(owner + " was deleted, so its restore does not go on");
  }
}
