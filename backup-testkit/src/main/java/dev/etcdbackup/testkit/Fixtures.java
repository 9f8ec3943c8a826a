package dev.etcdbackup.testkit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * The handling of tests whose server or program is not available.
 *
 * <p>By default such a test is aborted, and the test report says so. When the environment variable
 * {@value #VARIABLE} is {@code required}, as in CI, the test fails, so that no test is skipped
 * unnoticed.
 */
public final class Fixtures {
  /** The environment variable to set to {@code required}. */
  public static final String VARIABLE = "ETCDBACKUP_FIXTURES";

  private Fixtures() {}

  /**
   * Returns whether a fixture can be run in a container. The first call connects to Docker, which
   * takes 1 to 2 seconds.
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

  /** A class of its own, so that Testcontainers is optional. */
  private static final class Docker {
    static boolean runs() {
      return DockerClientFactory.instance().isDockerAvailable();
    }
  }

  /**
   * Ends the test because a fixture is missing. Never returns; write {@code throw
   * Fixtures.missing(…)}, so that the compiler knows that.
   *
   * @param message what is missing, where it was looked for, and how to get it
   * @return never
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
