package dev.etcdbackup.kubernetes;

import dev.etcdbackup.internal.FailureText;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.function.Supplier;

/** Requests to the API server whose exceptions are those of this library. */
final class ApiCall {
  /** How long a request may take. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private ApiCall() {}

  /**
   * Returns the same client with short requests that are not repeated: what calls it blocks a run,
   * and repeats by itself. It shares the connections of the other one and is not closed.
   */
  static KubernetesClient impatient(KubernetesClient client) {
    return client
        .newClient(
            new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                .withRequestTimeout((int) PATIENCE.toMillis())
                .withRequestRetryBackoffLimit(0)
                .build())
        .adapt(KubernetesClient.class);
  }

  /**
   * Makes a request.
   *
   * @param what what it is for: "lease etcd-backup-lock-p of namespace operators"
   * @throws Refused when the API server answers with a failure
   * @throws InterruptedIOException when the thread is interrupted, its interrupt status set
   * @throws IOException when there is no answer
   */
  static <T> T of(String what, Supplier<T> request) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted before the request for " + what);
    }
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      if (isInterrupted(e)) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted =
            new InterruptedIOException("interrupted while waiting for " + what);
        interrupted.initCause(e);
        throw interrupted;
      }
      if (e.getCode() > 0) {
        throw new Refused(what, e);
      }
      throw new IOException(what + ": the API server does not answer: " + text(e), e);
    }
  }

  /** The reason of a failure in one line; what the client says ahead of it is left out. */
  static String text(KubernetesClientException e) {
    boolean answered = e.getStatus() != null && e.getStatus().getMessage() != null;
    String message =
        answered
            ? e.getStatus().getMessage()
            : FailureText.of(e.getCause() == null ? e : e.getCause());
    return message.lines().findFirst().orElse("no reason given").strip();
  }

  private static boolean isInterrupted(Throwable failure) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (one instanceof InterruptedException || one instanceof InterruptedIOException) {
        return Thread.currentThread().isInterrupted();
      }
    }
    return false;
  }

  /** The API server refused a request. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;

    private Refused(String what, KubernetesClientException cause) {
      super(what + ": the API server answers " + cause.getCode() + ": " + text(cause), cause);
      this.code = cause.getCode();
    }

    boolean isConflict() {
      return code == HttpURLConnection.HTTP_CONFLICT;
    }

    boolean isNotFound() {
      return code == HttpURLConnection.HTTP_NOT_FOUND;
    }
  }
}
