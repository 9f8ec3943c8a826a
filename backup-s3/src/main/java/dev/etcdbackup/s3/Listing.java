package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Lists a bucket, and checks by its listing that the server serves this bucket. Thread-safe. */
final class Listing {
  private final S3Bucket bucket;
  private volatile boolean served; // a listing has shown that the bucket is the one meant

  Listing(S3Bucket bucket) {
    this.bucket = bucket;
  }

  /**
   * Makes sure that "not found" is about the key and not about the bucket or the credentials, which
   * some servers answer alike: the answer to a HEAD has no body that says. A listing of that key
   * does; one is enough for the life of the store. Credentials that may not list leave it open.
   */
  void requireServed(BackupKey key) throws StoreException {
    if (served) {
      return;
    }
    try {
      requireName(
          bucket.client.listObjectsV2(
              r ->
                  r.bucket(bucket.name)
                      .prefix(bucket.path(key))
                      .maxKeys(1)
                      .overrideConfiguration(bucket.withDeadline)),
          bucket.url(key));
    } catch (SdkException e) {
      int status = S3Exceptions.status(e);
      boolean open = status == 405 || status == 501 || S3Exceptions.code(e).equals("AccessDenied");
      if (!open) {
        throw bucket.exceptions().failed("ListObjectsV2", bucket.url(key), e);
      }
    }
    served = true;
  }

  /**
   * A server that does not serve the bucket under the host name to which the client sends takes the
   * path for something else, and answers with another document or for another bucket.
   */
  private void requireName(ListObjectsV2Response page, String where) throws StoreException {
    boolean alias =
        bucket.name.startsWith("arn:") || bucket.name.endsWith("-s3alias"); // of an access point
    if (page.name() == null || (!alias && !page.name().equals(bucket.name))) {
      throw new StoreException(
          "the server answers the listing of "
              + where
              + " at "
              + bucket.exceptions().endpoint()
              + (page.name() == null
                  ? " without the name of the bucket"
                  : " for the bucket " + S3Exceptions.oneLine(page.name()))
              + "; is the endpoint right"
              + bucket.exceptions().pathStyleHint()
              + "?",
          null);
    }
  }

  /** One page of at most 1,000, after the token of the page before. */
  ListObjectsV2Response page(String project, @Nullable String token) throws StoreException {
    String start = bucket.start(project);
    String where = "s3://" + bucket.name + '/' + start;
    // Keys may hold characters that XML cannot; the SDK decodes those of an encoded answer.
    ListObjectsV2Response page =
        bucket.request(
            "ListObjectsV2",
            where,
            () ->
                bucket.client.listObjectsV2(
                    r ->
                        r.bucket(bucket.name)
                            .prefix(start)
                            .encodingType(EncodingType.URL)
                            .continuationToken(token)
                            .overrideConfiguration(bucket.withDeadline)));
    requireName(page, where);
    served = true;
    return page;
  }

  /**
   * The backups that a page of a project holds. An object that was not asked for, or has no size or
   * time, makes the page no answer.
   */
  List<StoredBackup> contents(ListObjectsV2Response page, String project) throws StoreException {
    String start = bucket.start(project);
    List<StoredBackup> contents = new ArrayList<>(page.contents().size());
    for (S3Object object : page.contents()) {
      String path = object.key();
      if (path == null || !path.startsWith(start)) {
        throw new StoreException(
            "the server lists " + path + " when asked for s3://" + bucket.name + '/' + start, null);
      }
      StoredBackup found =
          bucket.stored(bucket.key(path), object.size(), object.lastModified(), object.eTag());
      if (path.length() > bucket.start("").length() && found.isListedIn(project)) {
        contents.add(found);
      }
    }
    return contents;
  }
}
