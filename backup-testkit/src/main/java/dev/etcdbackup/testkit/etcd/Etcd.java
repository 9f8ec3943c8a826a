package dev.etcdbackup.testkit.etcd;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Injects a real etcd into a test: an {@link EtcdServer} or an {@link EtcdCluster}, by the
 * parameter's type.
 *
 * <pre>{@code
 * @Test
 * void backsUp(@Etcd EtcdServer etcd) { … }
 *
 * @Test
 * void survivesAMember(@Etcd(members = 3, tls = true) EtcdCluster etcd) { … }
 * }</pre>
 *
 * <p>The etcd is started for this parameter and stopped after the test, or after the last test of
 * the class for a parameter of a {@code @BeforeAll} method, and of a constructor whose instance
 * serves all tests. {@link EtcdServer} describes where the program is looked for. {@link
 * EtcdServerBuilder} has the same settings.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EtcdParameter.class)
public @interface Etcd {
  /**
   * The number of members of a cluster.
   *
   * @return 1 or more; ignored for an {@code EtcdServer}
   */
  int members() default 1;

  /**
   * See {@link EtcdServerBuilder#version}.
   *
   * @return for example {@code 3.5} or {@code 3.5.30}; empty for any version
   */
  String version() default "";

  /**
   * See {@link EtcdServerBuilder#tls}.
   *
   * @return whether clients are served over TLS
   */
  boolean tls() default false;

  /**
   * See {@link EtcdServerBuilder#clientCertificates}.
   *
   * @return whether clients need a certificate
   */
  boolean clientCertificates() default false;

  /**
   * See {@link EtcdServerBuilder#rootPassword}.
   *
   * @return the password of {@code root}; empty for no authentication
   */
  String rootPassword() default "";
}
