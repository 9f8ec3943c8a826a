package dev.etcdbackup.quickstart;

import dev.etcdbackup.Backup;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.etcd.EtcdTools;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Starts an etcd and an S3 server in this process, backs the etcd up twice, lists, prunes,
 * downloads a backup, and checks the file with etcd's own tool.
 */
public final class Quickstart {
  private static final String PROJECT = "cray-bss";

  /** Held, since java.util.logging forgets the level of a logger that is not referenced. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private Quickstart() {}

  /**
   * Runs all steps.
   *
   * @param args none
   * @throws Exception when a step failed
   */
  public static void main(String[] args) throws Exception {
    GRPC.setLevel(Level.WARNING);
    try (EtcdServer etcd = EtcdServer.start();
        S3Server s3 = S3Server.embedded();
        S3Client client = client(s3)) {
      say("etcd %s at %s, S3 at %s", etcd.version(), etcd.endpoint(), s3.endpoint());
      client.createBucket(b -> b.bucket("etcd-backup"));
      run(
          etcd,
          BackupService.builder(S3BackupStore.builder(client, "etcd-backup").build()).build());
    }
    say("Done; both servers are stopped and their data removed.");
  }

  private static void run(EtcdServer etcd, BackupService backups) throws Exception {
    EtcdSnapshotSource source =
        EtcdSnapshotSource.builder(EtcdConnection.to(List.of(etcd.endpoint()))).build();

    say("%n1. Put 500 keys and back up");
    putKeys(etcd, 0, 500);
    print(backups.backUp(PROJECT, source));

    say("%n2. Put 500 more and back up again");
    putKeys(etcd, 500, 1000);
    BackupResult second = backups.backUp(PROJECT, source);
    print(second);

    say("%n3. List");
    for (Backup backup : backups.list(PROJECT)) {
      say("   %s  %,d bytes", backup.key(), backup.stored().size());
    }

    say("%n4. Prune all but the newest, which is verified first");
    for (Decision decision :
        backups.prune(PROJECT, RetentionPolicy.keepLast(1)).plan().decisions()) {
      say(
          "   %-6s %s (%s)",
          decision.keep() ? "keep" : "delete", decision.backup().key(), decision.reason());
    }

    say("%n5. Download the newest, verified on the way");
    Path directory = Files.createTempDirectory("etcd-backup-quickstart");
    Path file = directory.resolve("snapshot.db");
    try {
      SnapshotDigest digest = backups.download(second.key(), file);
      say("   %s, %,d bytes, SHA-256 %s", file.getFileName(), digest.size(), digest.sha256());

      say("%n6. Check the file with etcd's own tool");
      say("   %s", status(file));
    } finally {
      Files.deleteIfExists(file);
      Files.delete(directory);
    }
  }

  private static void putKeys(EtcdServer etcd, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      etcd.put(
          "/registry/hosts/x%04d".formatted(i),
          "{\"kernel\": \"s3://boot-images/%d\"}".formatted(i));
    }
  }

  private static void print(BackupResult result) {
    say(
        "   stored %s%n   revision %d, %,d bytes, %d ms",
        result.key(),
        result.digest().revision().orElseThrow(),
        result.digest().size(),
        result.duration().toMillis());
  }

  private static String status(Path file) throws IOException {
    try {
      return EtcdTools.snapshotStatus(file).strip();
    } catch (RuntimeException none) { // for example because etcd runs in a container
      return "(" + none.getMessage() + ")";
    }
  }

  private static S3Client client(S3Server server) {
    return S3Clients.forRgw(server.endpoint())
        .credentials(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
        .build();
  }

  private static void say(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }
}
