package dev.etcdbackup.quickstart;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.RgwS3Client;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/** The example of the README: what is between the two marks stands there word for word. */
final class Embedding {
  private Embedding() {}

  static BackupResult backUp(URI rgw, URI member, Path file) throws IOException {
    // begin
    S3Client s3 = RgwS3Client.builder(rgw).build();
    BackupStore store = S3BackupStore.builder(s3, "etcd-backup").build();
    SnapshotSource etcd = EtcdSnapshotSource.builder(EtcdConnection.to(List.of(member))).build();
    BackupService backups = BackupService.builder(store).build();

    BackupResult taken = backups.backUp("cray-bss", etcd);
    System.out.println(taken.key() + " holds revision " + taken.digest().revision().getAsLong());

    backups.pruneAfter(taken, RetentionPolicy.keepLast(7).or(RetentionPolicy.keepDaily(7)));
    backups.download(taken.key(), file, false);
    // end
    s3.close();
    return taken;
  }
}
