package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.s3.S3StoreBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/** The part of {@link CanaryRun} that has a customer's key (SSE-C), on a server that knows it. */
final class CanaryKeyRun {
  private final CanaryRun run;

  CanaryKeyRun(CanaryRun run) {
    this.run = run;
    System.setProperty("aws.accessKeyId", run.given("rgwAccessKey"));
    System.setProperty("aws.secretAccessKey", run.given("rgwSecret"));
  }

  /** The tool, with the right key, none, another, and none where one is. */
  void commands() {
    List<String> right = store("customerKeyFile");
    CanaryRun.run(right, "create", "p", "--from-file", run.given("snapshot"));
    String key = CanaryRun.run(right, "latest", "p").out().strip();
    CanaryRun.run(right, "verify", key);
    CanaryRun.run(right, "get", key, "--to", run.given("rgwBack"));
    CanaryRun.run(store("wrongCustomerKeyFile"), "verify", key);
    CanaryRun.run(store("wrongCustomerKeyFile"), "get", key, "--to", run.given("rgwBack") + "2");
    CanaryRun.run(store(), "verify", key);
    CanaryRun.run(store("shortCustomerKeyFile"), "verify", key);
    CanaryRun.run(List.of("--debug"), "list", "--s3-customer-key=" + run.given("customerKey"));
  }

  private List<String> store(String... keyFile) {
    List<String> store =
        new ArrayList<>(
            List.of(
                "--debug",
                "--store=s3://" + run.given("rgwBucket"),
                "--s3-endpoint=" + run.given("rgw"),
                "--s3-ca=" + run.given("rgwCa")));
    for (String file : keyFile) {
      store.add("--s3-customer-key-file=" + run.given(file));
    }
    return store;
  }

  /** The library likewise, and its settings as text. */
  void library() throws Exception {
    URI endpoint = URI.create(run.given("rgw"));
    try (S3Client client = S3Clients.forRgw(endpoint).caPem(Path.of(run.given("rgwCa"))).build()) {
      S3StoreBuilder builder = S3BackupStore.builder(client, run.given("rgwBucket"));
      S3BackupStore none = builder.build();
      S3BackupStore right = builder.sseCustomerKey(utf8(run.given("customerKey"))).build();
      S3BackupStore wrong = builder.sseCustomerKey(utf8(run.given("wrongCustomerKey"))).build();
      BackupKey key = BackupKey.of("library", "a");
      StoredBackup backup = right.put(key, Content.of(new ByteArrayInputStream(new byte[9])));
      for (S3BackupStore store : List.of(right, wrong, none)) {
        CanaryRun.attempt(() -> store.find(key));
        CanaryRun.attempt(() -> length(store, backup));
      }
      CanaryRun.attempt(() -> builder.sseCustomerKey(utf8(run.given("customerKey") + "x")));
      for (Object setting : List.of(builder, right, wrong)) {
        System.out.println("canary: shown as");
        System.out.println(setting);
      }
    }
  }

  private static int length(S3BackupStore store, StoredBackup backup) throws Exception {
    try (InputStream in = store.open(backup, 0, backup.size())) {
      return in.readAllBytes().length;
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
