package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The commands on a project of which a server cannot write down one key. */
@Tag("slow")
class UnreadableKeyTest {
  private static final String OLD = "p/e_v1_2020-02-01-00:00:00";
  private static final String NEWEST = "p/e_v2_2020-02-02-00:00:00";
  private static final String REASON = "has a character that XML forbids";
  private static final String PREFIX = "in its key after s3://b-1/p/a\n";

  private AgedS3 server;

  @BeforeEach
  void start() throws IOException {
    server = new AgedS3();
    server.addUnreadableKey();
    System.setProperty("aws.accessKeyId", "user");
    System.setProperty("aws.secretAccessKey", "secret");
  }

  @AfterEach
  void stop() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.close();
  }

  @Test
  void listShowsTheOthersAndFails() {
    Cli run = run("list", "p");

    assertThat(run.out()).isEqualTo(OLD + "\n" + NEWEST + "\n");
    assertThat(run.err()).contains(REASON).endsWith(PREFIX).hasLineCount(1);
    assertThat(run.code()).isEqualTo(ExitCode.STORE_FAILED);
  }

  @Test
  void latestFindsTheNewestOfTheOthers() {
    assertThat(run("latest", "p").out()).isEqualTo(NEWEST + "\n");
    Cli any = run("latest", "--any", "p");
    assertThat(any.out()).isEqualTo(NEWEST + "\n");
    assertThat(any.err()).startsWith("etcd-backup: warning: ").endsWith(PREFIX);
    assertThat(any.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void auditReportsOnTheOthersAndFails() {
    Cli run = run("audit", "--list-only", "p");

    assertThat(run.out()).contains("p        periodic  e       2 ");
    assertThat(run.err()).contains(REASON).endsWith(PREFIX);
    assertThat(run.code()).isEqualTo(ExitCode.STORE_FAILED);
  }

  @Test
  void pruneDeletesNothing() {
    Cli run = run("prune", "p", "--keep-last=1", "--no-verify");

    assertThat(run.err()).contains(REASON);
    assertThat(run.code()).isEqualTo(ExitCode.STORE_FAILED);
    assertThat(server.deletes()).isZero();
  }

  private Cli run(String... args) {
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--store=s3://b-1";
    all[args.length + 1] = "--s3-endpoint=" + server.endpoint();
    return Cli.run(all);
  }
}
