package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * fabric8's CRUD server with two additions: it keeps what was asked, and a test may answer a
 * request itself. The server checks the resource version of an update, refuses to create an object
 * twice, and ignores the preconditions of a deletion.
 */
final class MockApi implements AutoCloseable {
  private static final Logger SERVER =
      Logger.getLogger("io.fabric8.mockwebserver.MockWebServer"); // logs each request

  static {
    SERVER.setLevel(Level.WARNING);
  }

  private final KubernetesCrudDispatcher objects = new KubernetesCrudDispatcher();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Function<RecordedRequest, Optional<MockResponse>> fault =
      request -> Optional.empty();
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
              requests.add(request.getMethod() + " " + request.getPath());
              return fault.apply(request).orElseGet(() -> objects.dispatch(request));
            }
          },
          false);

  private MockApi() {}

  static MockApi start() {
    MockApi api = new MockApi();
    api.server.init();
    return api;
  }

  /** A client, which the caller closes. */
  KubernetesClient newClient() {
    return server.createClient();
  }

  /** Method and path of each request so far. */
  List<String> requests() {
    return requests;
  }

  /** From now on these answers replace those of the server. */
  void answer(Function<RecordedRequest, Optional<MockResponse>> fault) {
    this.fault = fault;
  }

  /** Lets the server handle a request whose answer a test replaces. */
  MockResponse handle(RecordedRequest request) {
    return objects.dispatch(request);
  }

  /** The same request with another body. */
  static RecordedRequest withBody(RecordedRequest request, String body) {
    return new RecordedRequest(
        request.getHttpVersion(),
        request.method(),
        request.getPath(),
        request.getHeaders(),
        new Buffer(body.getBytes(StandardCharsets.UTF_8)));
  }

  static MockResponse status(int code) {
    return new MockResponse().setResponseCode(code);
  }

  @Override
  public void close() {
    server.destroy();
  }
}
