package dev.etcdbackup.testkit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * What becomes of a test whose server or program is not there.
 *
 * <p>On a machine at hand the test is aborted, and the report says so. Where {@value #VARIABLE} is
 * {@code required} in the environment, as it is in CI, the test fails: nothing is skipped unseen.
 */
public final class Fixtures {
  /** The environment variable to set to {@code required}. */
  public static final String VARIABLE = "ETCDBACKUP_FIXTURES";

  private Fixtures() {}

  /**
   * Whether a fixture can be run in a container. Asks Docker the first time, which takes a second
   * or two.
   *
   * @return whether {@code org.testcontainers:testcontainers} is on the class path and finds a
   *     Docker
   */
  public static boolean dockerRuns() {
    try {
      Class.forName("org.testcontainers.DockerClientFactory");
    } catch (ClassNotFoundException e) {
      return false;
    }
    return Docker.runs();
  }

  /** Apart, so that Testcontainers need not be there. */
  private static final class Docker {
    static boolean runs() {
      return DockerClientFactory.instance().isDockerAvailable();
    }
  }

  /**
   * Ends the test because a fixture is missing. Never returns; written {@code throw
   * Fixtures.missing(…)} so that the compiler knows.
   *
   * @param message what is missing, where it was looked for, and how to get it
   * @return nothing
   * @throws AssertionError when fixtures are required
   * @throws org.opentest4j.TestAbortedException when they are not
   */
  public static RuntimeException missing(String message) {
    return missing(message, System.getenv(VARIABLE));
  }

  static RuntimeException missing(String message, @Nullable String setting) {
    if ("required".equals(setting)) {
      throw new AssertionError(message + " (" + VARIABLE + "=required)");
    }
    return Assumptions.abort(message);
  }
}
