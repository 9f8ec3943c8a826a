package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.services.s3.S3Client;

/** A store whose requests to a real server, over HTTP, can be made to fail on their way. */
abstract class BehindFaultProxy {
  static final int ALWAYS = Integer.MAX_VALUE;
  static final int PART = S3StoreBehaviour.PART;
  static final BackupKey KEY = S3StoreBehaviour.KEY;
  static final byte[] SMALL = S3StoreBehaviour.random(1_000);
  static final byte[] LARGE = S3StoreBehaviour.random(2 * PART + 1);

  TestBucket bucket;
  HttpFaultProxy proxy;
  S3Client client;
  S3BackupStore store;

  abstract S3Server server();

  @BeforeEach
  void stepBetween() throws IOException {
    bucket = new TestBucket(server());
    proxy = new HttpFaultProxy(server().endpoint());
    client = bucket.clientAt(proxy.endpoint());
    store = store(Duration.ofMinutes(1));
  }

  @AfterEach
  void stepAside() throws IOException {
    proxy.close();
    client.close();
    bucket.close();
  }

  S3BackupStore store(Duration requestTimeout) {
    return S3BackupStore.builder(client, bucket.name)
        .partSizeBytes(PART)
        .requestTimeout(requestTimeout)
        .build();
  }

  /** The two requests that make a backup visible. */
  enum CommitRequest {
    PUT_OBJECT("PUT", KEY.name().substring(0, 14)),
    COMPLETE("POST", "uploadId=");

    final String method;
    final String inLine;

    CommitRequest(String method, String inLine) {
      this.method = method;
      this.inLine = inLine;
    }

    byte[] bytes() {
      return this == COMPLETE ? LARGE : SMALL;
    }

    Content content() {
      return Content.of(new ByteArrayInputStream(bytes()));
    }
  }

  /** A store that no fault lies in wait for. */
  S3BackupStore bucketStore() {
    return bucket.store().partSizeBytes(PART).build();
  }

  void assertStored(byte[] expected) throws IOException {
    StoredBackup stored = bucketStore().find(KEY).orElseThrow();
    try (InputStream in = bucketStore().open(stored, 0, stored.size())) {
      assertThat(Arrays.equals(in.readAllBytes(), expected)).as("same bytes").isTrue();
    }
  }

  static String error(String code) {
    return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline of 60 s").isLessThan(deadline);
      LockSupport.parkNanos(10_000_000);
    }
  }

  static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
