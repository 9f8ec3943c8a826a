package dev.etcdbackup.testkit.s3;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Injects a Ceph RADOS Gateway, {@link S3Server#ceph()} or {@link S3Server#cephTls()}, into a test,
 * as a parameter of type {@link S3Server}.
 *
 * <pre>{@code
 * @Test
 * void storesBackups(@Ceph S3Server rgw) { … }
 * }</pre>
 *
 * <p>A gateway whose address is not configured is started for this parameter and stopped after the
 * test, or after the last test of the class for a parameter of a {@code @BeforeAll} method, and of
 * a constructor whose instance serves all tests.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(S3Parameter.class)
public @interface Ceph {
  /**
   * Selects the gateway over HTTPS.
   *
   * @return true for {@link S3Server#cephTls()}
   */
  boolean tls() default false;
}
