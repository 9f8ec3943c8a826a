package dev.etcdbackup.s3;

import dev.etcdbackup.testkit.s3.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The store on the embedded server. The contract is among the fast tests; what waits for time
 * limits or repeats much is not.
 */
class EmbeddedS3Test {
  private static S3Server server;

  @BeforeAll
  static void start() {
    server = S3Server.embedded();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Tag("slow")
  @Nested
  class Contract extends S3StoreContract {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("server")
  class Behaviour extends S3StoreBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("server")
  @Tag("night")
  class Sweep extends S3SweepBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("server")
  class Race extends S3RaceBehaviour {
    @Override
    S3Server server() {
      return server;
    }

    @Override
    int winnersOfLargeBackups() {
      return 1;
    }
  }

  @Nested
  @Tag("server")
  @Tag("night")
  class Versions extends S3VersionsBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("server")
  class Faults extends S3FaultBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("server")
  class Copies extends S3CopyBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("server")
  @Tag("night")
  class Silence extends S3SilenceBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }
}
