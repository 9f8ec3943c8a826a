package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A server and a bucket on it, in which each case has a prefix of its own. */
final class S3Site implements AutoCloseable {
  private final S3Server server;
  private final S3Client client;
  private final String bucket;
  private final AtomicInteger cases = new AtomicInteger();

  /** A bucket of that name on a server. */
  S3Site(S3Server server, String bucket) {
    this.server = server;
    this.bucket = bucket;
    this.client = clientAt(server.endpoint());
  }

  /** A new bucket on a server. */
  static S3Site create(S3Server server) {
    S3Site site = new S3Site(server, "etcd-backup-faults-" + UUID.randomUUID());
    site.client.createBucket(r -> r.bucket(site.bucket));
    return site;
  }

  S3Server server() {
    return server;
  }

  String bucket() {
    return bucket;
  }

  String newPrefix() {
    return "case-" + cases.incrementAndGet();
  }

  S3Backend backend(@Nullable Fault fault, boolean inSource, Duration requestTimeout)
      throws IOException {
    String prefix = newPrefix();
    return new S3Backend(
        this, prefix, inSource ? null : fault, inSource ? fault : null, requestTimeout);
  }

  URI endpoint() {
    return server.endpoint();
  }

  S3Client clientAt(URI endpoint) {
    return clientAt(endpoint, AwsBasicCredentials.create(server.accessKey(), server.secretKey()));
  }

  S3Client clientAt(URI endpoint, AwsBasicCredentials credentials) {
    synchronized (Denial.MAKING_CLIENTS) {
      return S3Clients.forRgw(endpoint)
          .credentials(StaticCredentialsProvider.create(credentials))
          .build();
    }
  }

  void setPolicy(String policy) {
    client.putBucketPolicy(r -> r.bucket(bucket).policy(policy));
  }

  void deletePolicy() {
    client.deleteBucketPolicy(r -> r.bucket(bucket));
  }

  S3BackupStore store(S3Client through, String prefix, Duration requestTimeout) {
    return store(through, bucket, prefix, requestTimeout);
  }

  static S3BackupStore store(
      S3Client through, String bucket, String prefix, Duration requestTimeout) {
    return S3BackupStore.builder(through, bucket)
        .prefix(prefix)
        .partSizeBytes(Snapshots.PART_BYTES)
        .requestTimeout(requestTimeout)
        .build();
  }

  S3BackupStore store(String prefix) {
    return store(client, prefix, Duration.ofMinutes(1));
  }

  void overwrite(String prefix, BackupKey key, byte[] bytes) {
    client.putObject(r -> r.bucket(bucket).key(prefix + '/' + key), RequestBody.fromBytes(bytes));
  }

  /** Aborts the abandoned uploads, by the library. */
  void sweep(String prefix) throws IOException {
    store(prefix).sweepUploads("", Duration.ZERO);
  }

  private void abort(String prefix) {
    for (MultipartUpload upload : multipartUploads(prefix)) {
      client.abortMultipartUpload(
          r -> r.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
    }
  }

  private List<MultipartUpload> multipartUploads(String prefix) {
    return client.listMultipartUploads(r -> r.bucket(bucket).prefix(prefix + '/')).uploads();
  }

  List<String> uploads(String prefix) {
    return multipartUploads(prefix).stream()
        .map(upload -> "multipart upload of " + upload.key())
        .toList();
  }

  /** Takes away all that a case left. */
  void clean(String prefix) throws IOException {
    abort(prefix);
    S3BackupStore store = store(prefix);
    store.delete(store.list("").stream().map(backup -> backup.key()).toList());
  }

  /** Takes the bucket away; the server stays. */
  void closeBucket() {
    try {
      client.deleteBucket(r -> r.bucket(bucket));
    } catch (S3Exception e) {
      // A part that arrives after the abort of its upload stays in s3proxy, unseen.
      if (!"BucketNotEmpty".equals(e.awsErrorDetails().errorCode())) {
        throw e;
      }
    } finally {
      client.close();
    }
  }

  @Override
  public void close() {
    try {
      closeBucket();
    } finally {
      server.close();
    }
  }
}
