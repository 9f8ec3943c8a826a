package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.etcd.EtcdTools;
import dev.etcdbackup.testkit.s3.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** More data than heap, from a real etcd through the jar into S3 and back. */
@Tag("server")
@Tag("night")
class LargeJarTest {
  private static final int MIB = 1 << 20;
  private static final long SEED = 3;

  /** A gibibyte in a whole run, and always more than the heap. */
  private static final int VALUES =
      Math.max(256, 1024 * Integer.getInteger("etcdbackup.test.share", 100) / 100);

  @TempDir Path directory;

  @Test
  void moreThanItsHeapOf96MebibytesGoesThroughBothWays() throws Exception {
    Path objects = Files.createDirectory(directory.resolve("objects"));
    try (EtcdServer etcd = EtcdServer.start();
        S3Server s3 = S3Server.embedded(objects)) {
      fill(etcd);
      createBucket(s3);

      String said = run(s3, "create", "large", "-o", "json", "--etcd=" + etcd.endpoint());

      JsonNode result = JsonMapper.builder().build().readTree(said);
      assertThat(result.get("size").asLong()).isGreaterThan((long) VALUES * MIB);
      Path file = directory.resolve("back.db");
      run(s3, "get", result.get("key").asText(), "--to=" + file);
      JsonNode status = JsonMapper.builder().build().readTree(EtcdTools.snapshotStatus(file));
      assertThat(status.get("revision")).isEqualTo(result.get("revision"));
      assertThat(status.get("totalSize").asLong() + 32).isEqualTo(result.get("size").asLong());
    }
  }

  private static void fill(EtcdServer etcd) throws Exception {
    byte[] value = new byte[MIB];
    Random random = new Random(SEED);
    for (int i = 0; i <= VALUES; i++) {
      random.nextBytes(value);
      etcd.put("large/" + i, value);
    }
  }

  private static void createBucket(S3Server server) {
    AwsBasicCredentials credentials =
        AwsBasicCredentials.create(server.accessKey(), server.secretKey());
    try (S3Client client =
        S3Clients.forRgw(server.endpoint())
            .credentials(StaticCredentialsProvider.create(credentials))
            .build()) {
      client.createBucket(request -> request.bucket("etcd-backup"));
    }
  }

  private String run(S3Server s3, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx96m", "-jar", "target/etcd-backup.jar"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--store=s3://etcd-backup", "--s3-endpoint=" + s3.endpoint()));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("AWS_ACCESS_KEY_ID", s3.accessKey());
    builder.environment().put("AWS_SECRET_ACCESS_KEY", s3.secretKey());
    Process process = builder.start();
    assertThat(process.waitFor(8, TimeUnit.MINUTES)).as("ends").isTrue();
    assertThat(process.exitValue()).as(Files.readString(err)).isZero();
    return Files.readString(out);
  }
}
