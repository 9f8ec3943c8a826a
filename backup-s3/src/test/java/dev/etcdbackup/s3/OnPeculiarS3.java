package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.S3Client;

/** A store on a server of its own for each test, which answers as the test wants. */
@Timeout(60)
abstract class OnPeculiarS3 {
  static final BackupKey KEY = BackupKey.parse("p/e_v1_2020-02-03-20:45:48");
  static final byte[] SMALL = "a small backup".getBytes(StandardCharsets.UTF_8);
  static final byte[] SECRET = new byte[32];
  static final Instant LONG_AGO = Instant.parse("2010-11-10T00:00:00Z");

  PeculiarS3 server;
  S3Client client;

  @BeforeEach
  void start() throws IOException {
    server = new PeculiarS3();
    client = server.client();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  final S3BackupStore store() {
    return S3BackupStore.builder(client, "b").build();
  }

  /** Past the check that the address is https, which the server here is not. */
  final S3BackupStore encrypting() {
    return new S3BackupStore(S3BackupStore.builder(client, "b").sseCustomerKey(SECRET));
  }

  static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes), bytes.length);
  }
}
