package dev.etcdbackup.testkit.etcd;

import java.io.Closeable;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Resolves parameters with {@link Etcd}: starts the server or cluster. */
final class EtcdParameter implements ParameterResolver {
  /** What a constructor is given ends with the test that its instance is for. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return parameter.isAnnotated(Etcd.class)
        && (type == EtcdServer.class || type == EtcdCluster.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Etcd asked = parameter.findAnnotation(Etcd.class).orElseThrow();
    try {
      Closeable etcd =
          parameter.getParameter().getType() == EtcdServer.class
              ? settings(asked).start()
              : settings(asked).startCluster(asked.members());
      context.getStore(Namespace.create(EtcdParameter.class)).put(etcd, new Started(etcd));
      return etcd;
    } catch (IOException e) {
      throw new ParameterResolutionException("no etcd for this test: " + e.getMessage(), e);
    }
  }

  private static EtcdServerBuilder settings(Etcd asked) {
    EtcdServerBuilder settings = EtcdServer.builder();
    if (!asked.version().isEmpty()) {
      settings.version(asked.version());
    }
    if (asked.tls()) {
      settings.tls();
    }
    if (asked.clientCertificates()) {
      settings.clientCertificates();
    }
    if (!asked.rootPassword().isEmpty()) {
      settings.rootPassword(asked.rootPassword());
    }
    return settings;
  }

  /**
   * What JUnit closes at the end of the test or of the class: as the one type since JUnit 5.13, if
   * its settings do not say otherwise, else as the other.
   */
  @SuppressWarnings("deprecation")
  private record Started(Closeable etcd) implements AutoCloseable, CloseableResource {
    @Override
    public void close() throws IOException {
      etcd.close();
    }
  }
}
