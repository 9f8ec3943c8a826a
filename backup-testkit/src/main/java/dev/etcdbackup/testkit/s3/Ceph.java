package dev.etcdbackup.testkit.s3;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test a Ceph RADOS Gateway, {@link S3Server#ceph()} or {@link S3Server#cephTls()}, as a
 * parameter of type {@link S3Server}.
 *
 * <pre>{@code
 * @Test
 * void storesBackups(@Ceph S3Server rgw) { … }
 * }</pre>
 *
 * <p>One that is not given by its address is started for this parameter alone, and stopped after
 * the test; after the last test of the class when the parameter is that of a {@code @BeforeAll}
 * method.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(S3Parameter.class)
public @interface Ceph {
  /**
   * Over HTTPS.
   *
   * @return whether it is {@link S3Server#cephTls()}
   */
  boolean tls() default false;
}
