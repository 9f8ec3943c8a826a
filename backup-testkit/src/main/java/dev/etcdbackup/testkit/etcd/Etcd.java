package dev.etcdbackup.testkit.etcd;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test a real etcd: an {@link EtcdServer} or an {@link EtcdCluster}, by the parameter's
 * type.
 *
 * <pre>{@code
 * @Test
 * void backsUp(@Etcd EtcdServer etcd) { … }
 *
 * @Test
 * void survivesAMember(@Etcd(members = 3, tls = true) EtcdCluster etcd) { … }
 * }</pre>
 *
 * <p>It is started for this parameter alone, and ended after the test; after the last test of the
 * class when the parameter is that of a {@code @BeforeAll} method. Where it comes from is said at
 * {@link EtcdServer}. The same settings are in {@link EtcdServerBuilder}.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EtcdParameter.class)
public @interface Etcd {
  /**
   * How many members a cluster has.
   *
   * @return 1 or more; of no account for an {@code EtcdServer}
   */
  int members() default 1;

  /**
   * See {@link EtcdServerBuilder#version}.
   *
   * @return {@code 3.5} or {@code 3.5.30} say; empty for any
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
