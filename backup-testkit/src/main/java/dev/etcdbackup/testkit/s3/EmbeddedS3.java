package dev.etcdbackup.testkit.s3;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test an S3 server inside this process, {@link S3Server#embedded()}, as a parameter of
 * type {@link S3Server}.
 *
 * <pre>{@code
 * @Test
 * void storesBackups(@EmbeddedS3 S3Server s3) { … }
 * }</pre>
 *
 * <p>It is started for this parameter alone, and stopped after the test; after the last test of the
 * class when the parameter is that of a {@code @BeforeAll} method.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(S3Parameter.class)
public @interface EmbeddedS3 {}
