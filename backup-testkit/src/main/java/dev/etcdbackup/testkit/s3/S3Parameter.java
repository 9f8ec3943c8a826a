package dev.etcdbackup.testkit.s3;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Resolves parameters with {@link EmbeddedS3} and {@link Ceph}: starts the server. */
final class S3Parameter implements ParameterResolver {
  /** What a constructor is given ends with the test that its instance is for. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == S3Server.class
        && (parameter.isAnnotated(EmbeddedS3.class) || parameter.isAnnotated(Ceph.class));
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Optional<Ceph> ceph = parameter.findAnnotation(Ceph.class);
    S3Server server;
    if (ceph.isPresent()) {
      server = ceph.get().tls() ? S3Server.cephTls() : S3Server.ceph();
    } else {
      server = S3Server.embedded();
    }
    context.getStore(Namespace.create(S3Parameter.class)).put(server, new Started(server));
    return server;
  }

  /**
   * What JUnit closes at the end of the test or of the class: as the one type since JUnit 5.13, if
   * its settings do not say otherwise, else as the other.
   */
  @SuppressWarnings("deprecation")
  private record Started(S3Server server) implements AutoCloseable, CloseableResource {
    @Override
    public void close() {
      server.close();
    }
  }
}
