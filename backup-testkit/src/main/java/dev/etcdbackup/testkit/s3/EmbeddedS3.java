package dev.etcdbackup.testkit.s3;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Injects an S3 server that runs in this process, {@link S3Server#embedded()}, into a test, as a
 * parameter of type {@link S3Server}.
 *
 * <pre>{@code
 * @Test
 * void storesBackups(@EmbeddedS3 S3Server s3) { … }
 * }</pre>
 *
 * <p>The server is started for this parameter and stopped after the test, or after the last test of
 * the class for a parameter of a {@code @BeforeAll} method, and of a constructor whose instance
 * serves all tests.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(S3Parameter.class)
public @interface EmbeddedS3 {}
