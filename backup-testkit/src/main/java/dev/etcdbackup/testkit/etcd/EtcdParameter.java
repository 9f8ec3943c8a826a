package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
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
      AutoCloseable etcd =
          parameter.getParameter().getType() == EtcdServer.class
              ? settings(asked).start()
              : settings(asked).startCluster(asked.members());
      // JUnit closes the objects in its store at the end of the test or of the class.
      context.getStore(Namespace.create(EtcdParameter.class)).put(etcd, etcd);
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
}
