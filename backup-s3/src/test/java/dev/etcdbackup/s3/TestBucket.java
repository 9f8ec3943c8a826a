package dev.etcdbackup.s3;

import dev.etcdbackup.testkit.s3.S3Server;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A fresh bucket on a server, removed with all that is in it. */
final class TestBucket implements AutoCloseable {
  private final S3Server server;
  final S3Client client;
  final String name = "etcd-backup-test-" + UUID.randomUUID().toString().toLowerCase(Locale.ROOT);

  TestBucket(S3Server server) {
    this(server, false);
  }

  private TestBucket(S3Server server, boolean withLock) {
    this.server = server;
    this.client = client(server, server.endpoint());
    client.createBucket(r -> r.bucket(name).objectLockEnabledForBucket(withLock ? true : null));
  }

  /** One that keeps what is deleted or replaced as an older version. */
  static TestBucket versioned(S3Server server) {
    TestBucket bucket = new TestBucket(server);
    bucket.client.putBucketVersioning(
        r -> r.bucket(bucket.name).versioningConfiguration(v -> v.status("Enabled")));
    return bucket;
  }

  /** One whose objects can be locked, which keeps versions too. */
  static TestBucket withObjectLock(S3Server server) {
    return new TestBucket(server, true);
  }

  static S3Client client(S3Server server, URI endpoint) {
    return client(server, endpoint, server.accessKey(), server.secretKey());
  }

  static S3Client client(S3Server server, URI endpoint, String accessKey, String secretKey) {
    S3Clients.Builder builder =
        S3Clients.forRgw(endpoint)
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)));
    server.caPem().ifPresent(builder::caPem);
    return builder.build();
  }

  /** A client that reaches the bucket through another address. */
  S3Client clientAt(URI endpoint) {
    return client(server, endpoint);
  }

  S3StoreBuilder store() {
    return S3BackupStore.builder(client, name);
  }

  void putRaw(String key, String content) {
    client.putObject(r -> r.bucket(name).key(key), RequestBody.fromString(content));
  }

  List<String> keys() {
    return client.listObjectsV2Paginator(r -> r.bucket(name)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  /** The multipart uploads that are neither completed nor aborted. */
  List<MultipartUpload> uploads() {
    return client.listMultipartUploadsPaginator(r -> r.bucket(name)).uploads().stream().toList();
  }

  private List<MultipartUpload> uploadsIfListed() {
    try {
      return uploads();
    } catch (S3Exception cannotBeListed) {
      return List.of();
    }
  }

  /** All versions of all objects, the newest of each first; no delete markers. */
  List<ObjectVersion> versions() {
    return client.listObjectVersionsPaginator(r -> r.bucket(name)).versions().stream().toList();
  }

  /** Where something is deleted but still there. */
  List<DeleteMarkerEntry> deleteMarkers() {
    return client.listObjectVersionsPaginator(r -> r.bucket(name)).deleteMarkers().stream()
        .toList();
  }

  /** Removes what a plain deletion leaves; what is locked must not be any more. */
  void removeVersions() {
    versions().forEach(one -> remove(one.key(), one.versionId()));
    deleteMarkers().forEach(one -> remove(one.key(), one.versionId()));
  }

  /** Removes all versions, also those that are locked in governance mode, where there are any. */
  void removeLocked() {
    List<ObjectVersion> versions;
    try {
      versions = versions();
    } catch (S3Exception e) {
      if (e.statusCode() == 501) {
        return; // a server without versions has no object lock either
      }
      throw e;
    }
    versions.forEach(
        one ->
            client.deleteObject(
                r ->
                    r.bucket(name)
                        .key(one.key())
                        .versionId(one.versionId())
                        .bypassGovernanceRetention(true)));
    deleteMarkers().forEach(one -> remove(one.key(), one.versionId()));
  }

  private void remove(String key, String version) {
    client.deleteObject(r -> r.bucket(name).key(key).versionId(version));
  }

  @Override
  public void close() {
    for (MultipartUpload upload : uploadsIfListed()) {
      client.abortMultipartUpload(
          r -> r.bucket(name).key(upload.key()).uploadId(upload.uploadId()));
    }
    client
        .listObjectsV2Paginator(r -> r.bucket(name))
        .forEach(
            page -> {
              List<ObjectIdentifier> objects =
                  page.contents().stream()
                      .map(object -> ObjectIdentifier.builder().key(object.key()).build())
                      .toList();
              if (!objects.isEmpty()) {
                client.deleteObjects(
                    r -> r.bucket(name).delete(Delete.builder().objects(objects).build()));
              }
            });
    try {
      client.deleteBucket(r -> r.bucket(name));
    } catch (S3Exception e) {
      // A part that arrives after the abort of its upload stays in s3proxy, unseen.
      if (!"BucketNotEmpty".equals(e.awsErrorDetails().errorCode())) {
        throw e;
      }
    } finally {
      client.close();
    }
  }
}
