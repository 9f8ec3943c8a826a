package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A user's way through the commands, on each S3 server that {@code ETCDBACKUP_S3_SERVERS} lists and
 * on the embedded one. The result goes into the table of docs/compatibility.md.
 */
@Tag("server")
@Timeout(300)
class S3ServersWalkTest {
  private static final String ACCESS_KEY = "aws.accessKeyId";
  private static final String SECRET_KEY = "aws.secretAccessKey";

  private static final Map<String, S3Server> SERVERS = new LinkedHashMap<>(S3Server.listed());
  private static EtcdServer etcd;

  @TempDir Path directory;

  private String endpoint;
  private String store;

  static Set<String> servers() {
    return SERVERS.keySet();
  }

  @BeforeAll
  static void start() throws Exception {
    if (System.getenv("ETCDBACKUP_RGW_ENDPOINT") != null) {
      SERVERS.put("rgw", S3Server.ceph());
    }
    SERVERS.put("s3proxy", S3Server.embedded());
    etcd = EtcdServer.start();
    for (int i = 0; i < 100; i++) {
      etcd.etcdctl("put", "key-" + i, "value-" + i);
    }
  }

  @AfterAll
  static void stop() {
    SERVERS.values().forEach(S3Server::close);
    if (etcd != null) {
      etcd.close();
    }
  }

  @AfterEach
  void forgetCredentials() {
    System.clearProperty(ACCESS_KEY);
    System.clearProperty(SECRET_KEY);
  }

  private String run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--s3-endpoint=" + endpoint);
    all.add("--store=" + store);
    Cli run = Cli.run(all.toArray(String[]::new));
    assertThat(run.code()).as(String.join(" ", args) + ": " + run.err()).isEqualTo(0);
    return run.out();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void backupsAreTakenListedVerifiedInspectedRestoredAndPruned(String name) throws Exception {
    S3Server server = SERVERS.get(name);
    endpoint = server.endpoint().toString();
    System.setProperty(ACCESS_KEY, server.accessKey());
    System.setProperty(SECRET_KEY, server.secretKey());
    String bucket = "etcd-backup-cli-" + UUID.randomUUID();
    store = "s3://" + bucket + "/site";
    try (S3Client client = S3Clients.forRgw(server.endpoint()).build()) {
      client.createBucket(r -> r.bucket(bucket));
      try {
        walk();
      } finally {
        client
            .listObjectsV2Paginator(r -> r.bucket(bucket))
            .contents()
            .forEach(one -> client.deleteObject(r -> r.bucket(bucket).key(one.key())));
        client.deleteBucket(r -> r.bucket(bucket));
      }
    }
    Path row = Path.of("target", "s3-servers", name.replaceFirst("-.*", ""));
    Files.createDirectories(row.getParent());
    Files.writeString(row, "command line tool=yes\n");
  }

  private void walk() throws Exception {
    run("check-store");
    for (int i = 0; i < 2; i++) {
      run("create", "p", "--etcd=" + etcd.endpoint());
    }
    String tarball = run("create", "p", "--tarball", "--etcd=" + etcd.endpoint()).strip();
    assertThat(tarball).endsWith(".tar.gz");
    List<String> keys = run("list", "p").lines().filter(key -> !key.equals(tarball)).toList();
    assertThat(keys).hasSize(2);
    String newest = keys.get(1);
    assertThat(run("latest", "p", "--verified")).isIn(newest + "\n", tarball + "\n");
    assertThat(run("verify", "--all")).hasLineCount(3).contains("ok " + newest, "ok " + tarball);
    assertThat(run("inspect", newest)).startsWith("revision: ");
    assertThat(run("keys", newest)).hasLineCount(100);
    Path data = directory.resolve("data");
    run("restore", newest, "--data-dir=" + data);
    assertThat(data.resolve("member/snap/db")).isRegularFile();
    run("prune", "p", "--keep-last=1");
    assertThat(run("list", "p").lines()).containsExactlyInAnyOrder(newest, tarball);
  }
}
