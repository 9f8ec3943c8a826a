package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** What {@code prune} and {@code run} do about uploads that a killed process left. */
@Tag("slow")
class S3SweepTest {
  private static final String OURS = "p/e_v3_2020-02-03-00:00:00";
  private static final String BACKUPS =
      """
      delete p/e_v1_2020-02-01-00:00:00 no rule keeps it
      keep p/e_v2_2020-02-02-00:00:00 last 1: newest
      """;
  private static final String UPLOAD = "abort " + OURS + " upload begun 2020-02-03T00:00:01Z\n";

  private AgedS3 server;

  @BeforeEach
  void start() throws IOException {
    server = new AgedS3();
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
  void aDryRunShowsThemAndEndsNone() {
    assertThat(prune("--dry-run")).isEqualTo(new Cli(0, BACKUPS + UPLOAD, ""));
    assertThat(server.aborted()).isEmpty();
  }

  @Test
  void pruneEndsOursAndNoOthers() {
    assertThat(prune()).isEqualTo(new Cli(0, BACKUPS + UPLOAD, ""));
    assertThat(server.aborted()).containsExactly(OURS);
    assertThat(prune()).isEqualTo(new Cli(0, BACKUPS, ""));
  }

  @Test
  void asJsonTheyAreRowsLikeTheOthers() {
    assertThat(prune("--dry-run", "-ojson").out())
        .contains("\"action\" : \"abort\"")
        .contains("\"key\" : \"" + OURS + "\"");
  }

  @Test
  void pruneSaysWhenItMayNotLookForThem() {
    server.refuseUploads(403);
    Cli run = prune();
    assertThat(run.out()).isEqualTo(BACKUPS);
    assertThat(run.err())
        .startsWith("etcd-backup: not all abandoned uploads were aborted: ListMultipartUploads of")
        .contains("403 AccessDenied")
        .hasLineCount(1);
    assertThat(run.code()).isEqualTo(4);
  }

  @Test
  void aServerThatHasNoUploadsToListDoesNotMakeAPruneFail() {
    server.refuseUploads(501);
    Cli run = prune();
    assertThat(run.out()).isEqualTo(BACKUPS);
    assertThat(run.err())
        .startsWith("etcd-backup: abandoned uploads were not searched: this server cannot list")
        .hasLineCount(1);
    assertThat(run.code()).isEqualTo(0);
  }

  @Test
  void theSchedulerSaysThatOnce() {
    server.refuseUploads(501);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (S3Client client = S3Clients.forRgw(server.endpoint()).build();
        StoreOptions.OpenStore open =
            new StoreOptions.OpenStore(S3BackupStore.builder(client, "b-1").build(), () -> {})) {
      UploadSweeping sweeping = new UploadSweeping(open, log(out));
      sweeping.sweep("p");
      sweeping.sweep("p");
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .contains("Z unaborted p this server cannot list unfinished uploads");
  }

  @Test
  void theSchedulerEndsThemAfterABackupAndSaysSo() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (S3Client client = S3Clients.forRgw(server.endpoint()).build();
        StoreOptions.OpenStore open =
            new StoreOptions.OpenStore(S3BackupStore.builder(client, "b-1").build(), () -> {})) {
      UploadSweeping sweeping = new UploadSweeping(open, log(out));
      sweeping.sweep("p");
      assertThat(server.aborted()).containsExactly(OURS);
      server.refuseUploads(403);
      sweeping.sweep("p");
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line ->
                assertThat(line).endsWith("Z aborted p " + OURS + ", begun 2020-02-03T00:00:01Z"),
            line -> assertThat(line).contains("Z unaborted p ListMultipartUploads of s3://b-1/p/"));
  }

  private static RunLog log(ByteArrayOutputStream out) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new RunLog(new Output(stream, Output.Format.TEXT, new TerminalLine(stream, false)));
  }

  private Cli prune(String... more) {
    List<String> args = new ArrayList<>(List.of("prune", "p", "--keep-last=1", "--no-verify"));
    args.addAll(List.of("--store=s3://b-1", "--s3-endpoint=" + server.endpoint()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }
}
