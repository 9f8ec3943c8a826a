package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of a resource as a whole, so that what a former writer left, and nothing says
 * any more, goes. The version of the resource is sent along, so that a status never replaces one
 * that was not seen.
 */
public final class StatusWriter {
  private static final int TRIES = 5;

  private StatusWriter() {}

  /**
   * Asks the API server whether it has a resource.
   *
   * @param client the client
   * @param seen the resource as it was seen
   * @return whether it has the one of this uid, which is not being deleted
   */
  public static boolean exists(KubernetesClient client, HasMetadata seen) {
    @Nullable HasMetadata read = client.resource(seen).get();
    return read != null
        && !read.isMarkedForDeletion()
        && Objects.equals(seen.getMetadata().getUid(), read.getMetadata().getUid());
  }

  /**
   * Writes a status. Sends nothing when the resource has it already.
   *
   * @param client the client
   * @param seen the resource as it was seen; after a conflict the newest is read instead
   * @param status the status
   * @param <S> the type of the status
   * @param <R> the type of the resource
   * @return whether the resource still exists
   * @throws KubernetesClientException when the API server refuses it otherwise, or there is a
   *     conflict each of 5 times
   */
  public static <S, R extends CustomResource<?, S>> boolean write(
      KubernetesClient client, R seen, S status) {
    String uid = seen.getMetadata().getUid();
    R newest = seen;
    for (int left = TRIES; ; left--) {
      if (status.equals(newest.getStatus())) {
        return true;
      }
      newest.setStatus(status);
      try {
        client.resource(newest).updateStatus();
        return true;
      } catch (KubernetesClientException e) {
        boolean conflict = e.getCode() == HttpURLConnection.HTTP_CONFLICT;
        boolean absent = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
        if (!absent && (!conflict || left == 1)) {
          throw e;
        }
        @Nullable R read = client.resource(seen).get();
        if (read == null || !Objects.equals(uid, read.getMetadata().getUid())) {
          return false;
        }
        if (absent) {
          throw new KubernetesClientException(
              "the definition of "
                  + seen.getFullResourceName()
                  + " has no status subresource; apply the definitions in deploy/crds",
              e);
        }
        newest = read;
      }
    }
  }
}
