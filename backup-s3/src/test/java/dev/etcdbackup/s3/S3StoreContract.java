package dev.etcdbackup.s3;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.testkit.BackupStoreContract;
import dev.etcdbackup.testkit.s3.S3Server;
import org.junit.jupiter.api.AfterEach;

/** The contract of stores, in a bucket of its own for each test. */
abstract class S3StoreContract extends BackupStoreContract {
  private TestBucket bucket;

  abstract S3Server server();

  @Override
  protected BackupStore newStore() {
    bucket = new TestBucket(server());
    return bucket.store().build();
  }

  @AfterEach
  void removeBucket() {
    bucket.close();
  }
}
