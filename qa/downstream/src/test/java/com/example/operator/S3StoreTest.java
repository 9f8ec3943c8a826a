package com.example.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.BackupStoreContract;
import dev.etcdbackup.testkit.s3.EmbeddedS3;
import dev.etcdbackup.testkit.s3.S3Server;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** A contract: the store, as this operator sets it up, keeps what every store keeps. */
class S3StoreTest extends BackupStoreContract {
  private static S3Client client;

  @BeforeAll
  static void connect(@EmbeddedS3 S3Server s3) {
    client =
        S3Clients.forRgw(s3.endpoint())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build();
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @Override
  protected BackupStore newStore() {
    String name = "b-" + UUID.randomUUID();
    client.createBucket(bucket -> bucket.bucket(name));
    return S3BackupStore.builder(client, name).prefix("clusters/east").build();
  }
}
