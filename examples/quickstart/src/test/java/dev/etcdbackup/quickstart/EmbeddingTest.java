package dev.etcdbackup.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

class EmbeddingTest {
  @TempDir Path directory;

  @Test
  void theReadmeShowsTheLinesThatAreCompiledHere() throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/dev/etcdbackup/quickstart/Embedding.java"));
    String lines =
        source
            .substring(source.indexOf("// begin\n") + 9, source.indexOf("    // end"))
            .lines()
            .map(line -> line.isEmpty() ? line : line.substring(4))
            .collect(Collectors.joining("\n", "```java\n", "\n```"));

    assertThat(Files.readString(Path.of("../../README.md"))).contains(lines);
  }

  @Test
  void theExampleOfTheReadmeWorksAsWritten() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        S3Server s3 = S3Server.embedded()) {
      etcd.put("a", "1");
      createBucket(s3);
      System.setProperty("aws.accessKeyId", s3.accessKey());
      System.setProperty("aws.secretAccessKey", s3.secretKey());
      Path file = directory.resolve("snapshot.db");

      BackupResult taken = Embedding.backUp(s3.endpoint(), etcd.endpoint(), file);

      assertThat(taken.digest().revision()).hasValue(2);
      assertThat(file).hasSize(taken.digest().size());
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  private static void createBucket(S3Server server) {
    AwsBasicCredentials credentials =
        AwsBasicCredentials.create(server.accessKey(), server.secretKey());
    try (S3Client client =
        S3Clients.forRgw(server.endpoint())
            .credentials(StaticCredentialsProvider.create(credentials))
            .build()) {
      client.createBucket(b -> b.bucket("etcd-backup"));
    }
  }
}
