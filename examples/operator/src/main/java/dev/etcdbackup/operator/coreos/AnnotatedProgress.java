package dev.etcdbackup.operator.coreos;

import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.operator.Owner;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a restore in an annotation of its {@code EtcdRestore}, since a status there means
 * that it is done.
 */
public final class AnnotatedProgress implements RestoreProgress {
  static final String ANNOTATION = "etcdbackup.dev/restore-state";

  private final KubernetesClient client;
  private final Owner owner;

  /**
   * Creates it.
   *
   * @param client the client; remains the caller's
   * @param owner the resource
   */
  public AnnotatedProgress(KubernetesClient client, Owner owner) {
    this.client = client;
    this.owner = owner;
  }

  private Resource<EtcdRestore> resource() {
    return client
        .resources(EtcdRestore.class)
        .inNamespace(owner.namespace())
        .withName(owner.id().getName());
  }

  @Override
  public Optional<RestoreState> load() throws IOException {
    try {
      @Nullable EtcdRestore read = resource().get();
      if (read == null || !owner.uid().equals(read.getMetadata().getUid())) {
        throw new IOException(owner + " was deleted, so its restore does not go on");
      }
      Map<String, String> annotations = read.getMetadata().getAnnotations();
      @Nullable String text = annotations == null ? null : annotations.get(ANNOTATION);
      return text == null ? Optional.empty() : Optional.of(RestoreState.of(fields(text)));
    } catch (KubernetesClientException e) {
      throw new IOException("the state of " + owner + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void save(RestoreState state) throws IOException {
    Map<String, String> annotation = Map.of(ANNOTATION, Serialization.asJson(state.fields()));
    String patch =
        Serialization.asJson(
            Map.of("metadata", Map.of("uid", owner.uid(), "annotations", annotation)));
    try {
      EtcdRestore unused = resource().patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (KubernetesClientException e) { // also that of another uid
      throw new IOException("the state of " + owner + " cannot be saved: " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("unchecked") // JSON objects of strings, as they were written
  private static Map<String, String> fields(String json) {
    return Serialization.unmarshal(json, Map.class);
  }
}
