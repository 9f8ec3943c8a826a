package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** The requests of multipart uploads, like those of {@link S3Bucket}. */
final class Uploads {
  private final S3Bucket bucket;

  Uploads(S3Bucket bucket) {
    this.bucket = bucket;
  }

  String create(BackupKey key, String mark, @Nullable Retention retention) throws StoreException {
    return bucket.request(
        "CreateMultipartUpload",
        bucket.url(key),
        () ->
            bucket
                .client
                .createMultipartUpload(
                    r -> {
                      r.bucket(bucket.name)
                          .key(bucket.path(key))
                          .contentType(S3Bucket.CONTENT_TYPE)
                          .metadata(S3Bucket.mark(mark))
                          .overrideConfiguration(bucket.withKey);
                      if (retention != null) {
                        r.objectLockMode(retention.mode().name())
                            .objectLockRetainUntilDate(retention.until());
                      }
                    })
                .uploadId());
  }

  CompletedPart part(BackupKey key, String upload, int number, byte[] bytes, int length)
      throws StoreException {
    String md5 = bucket.md5(bytes, length);
    UploadPartResponse answer =
        bucket.request(
            "UploadPart " + number,
            bucket.url(key),
            () ->
                bucket.client.uploadPart(
                    r ->
                        r.bucket(bucket.name)
                            .key(bucket.path(key))
                            .uploadId(upload)
                            .partNumber(number)
                            .contentMD5(md5)
                            .overrideConfiguration(bucket.withKey),
                    S3Bucket.body(bytes, length)));
    bucket
        .encryption()
        .requireConfirmed("UploadPart " + number, key, answer.sseCustomerAlgorithm());
    String eTag = answer.eTag();
    return CompletedPart.builder().partNumber(number).eTag(eTag).build();
  }

  /** Lets the server take a part from an object of one of its buckets, of exactly the version. */
  CompletedPart copy(
      BackupKey key,
      String upload,
      int number,
      S3Bucket from,
      StoredBackup source,
      long offset,
      long length)
      throws StoreException, BackupNotFoundException {
    String operation = "UploadPartCopy " + number + " from " + from.url(source.key());
    try {
      CopyPartResult copied =
          bucket
              .client
              .uploadPartCopy(
                  r -> {
                    r.destinationBucket(bucket.name)
                        .destinationKey(bucket.path(key))
                        .uploadId(upload)
                        .partNumber(number)
                        .sourceBucket(from.name)
                        .sourceKey(from.path(source.key()))
                        .copySourceRange("bytes=" + offset + '-' + (offset + length - 1))
                        .overrideConfiguration(bucket.withDeadline);
                    if (!source.version().isEmpty()) {
                      r.copySourceIfMatch('"' + source.version() + '"');
                    }
                  })
              .copyPartResult();
      if (copied == null || copied.eTag() == null) {
        throw new StoreException(
            operation + " to " + bucket.url(key) + ": the server does not say what it copied",
            null);
      }
      return CompletedPart.builder().partNumber(number).eTag(copied.eTag()).build();
    } catch (SdkException e) {
      int status = S3Exceptions.status(e);
      if (status == 412 || status == 416 || S3Exceptions.code(e).equals("NoSuchKey")) {
        throw new BackupNotFoundException(
            source.key(), from.url(source.key()) + " is not there, or no longer as it was", e);
      }
      throw bucket.exceptions().failed(operation, bucket.url(key), e);
    }
  }

  /** Throws {@link SdkException}. */
  void complete(BackupKey key, String upload, List<CompletedPart> parts) {
    bucket.client.completeMultipartUpload(
        r ->
            r.bucket(bucket.name)
                .key(bucket.path(key))
                .uploadId(upload)
                .ifNoneMatch("*")
                .multipartUpload(m -> m.parts(parts))
                .overrideConfiguration(S3Bucket.once(bucket.withKey)));
  }

  void abort(BackupKey key, String upload) throws StoreException {
    try {
      bucket.client.abortMultipartUpload(
          r ->
              r.bucket(bucket.name)
                  .key(bucket.path(key))
                  .uploadId(upload)
                  .overrideConfiguration(bucket.withDeadline));
    } catch (SdkException e) {
      if (S3Exceptions.status(e) != 404) {
        throw bucket.exceptions().failed("AbortMultipartUpload " + upload, bucket.url(key), e);
      }
    }
  }

  /**
   * Whether an upload has parts, which an object may consist of; true if the upload does not exist
   * any more.
   */
  boolean hasParts(BackupKey key, String upload) throws StoreException {
    try {
      ListPartsResponse parts =
          bucket.client.listParts(
              r ->
                  r.bucket(bucket.name)
                      .key(bucket.path(key))
                      .uploadId(upload)
                      .maxParts(1)
                      .overrideConfiguration(bucket.withDeadline));
      return !parts.parts().isEmpty();
    } catch (SdkException e) {
      if (S3Exceptions.status(e) == 404) {
        return true;
      }
      throw bucket.exceptions().failed("ListParts " + upload, bucket.url(key), e);
    }
  }

  /**
   * One page of at most 1,000 of the uploads that were begun and not ended, after another page.
   *
   * @param start what their paths begin with
   */
  ListMultipartUploadsResponse page(String start, @Nullable ListMultipartUploadsResponse after)
      throws StoreException {
    try {
      return list(start, after);
    } catch (SdkException e) {
      String where = "s3://" + bucket.name + '/' + start;
      StoreException failure = bucket.exceptions().failed("ListMultipartUploads", where, e);
      int status = S3Exceptions.status(e);
      boolean unknownBucket = S3Exceptions.code(e).equals("NoSuchBucket");
      if (status == 501 || status == 405 || (status == 404 && !unknownBucket)) {
        throw new UnsupportedOperationException(
            "this server cannot list unfinished uploads: " + failure.getMessage(), failure);
      }
      throw failure;
    }
  }

  private ListMultipartUploadsResponse list(
      String start, @Nullable ListMultipartUploadsResponse after) {
    try {
      return list(start, after, null, bucket.withDeadline);
    } catch (SdkClientException e) {
      if (!ForbiddenCharacters.mayBeIn(e)) {
        throw e;
      }
      return listEncoded(start, after);
    }
  }

  /** The list that holds a key with a character that XML cannot. */
  private ListMultipartUploadsResponse listEncoded(
      String start, @Nullable ListMultipartUploadsResponse after) {
    try {
      ListMultipartUploadsResponse page = list(start, after, EncodingType.URL, bucket.withDeadline);
      return page.encodingType() == null ? decoded(page) : page;
    } catch (SdkClientException e) {
      if (!ForbiddenCharacters.mayBeIn(e)) {
        throw e;
      }
      return withoutChanged(
          list(start, after, null, new ForbiddenCharacters().addTo(bucket.withDeadline)));
    }
  }

  private ListMultipartUploadsResponse list(
      String start,
      @Nullable ListMultipartUploadsResponse after,
      @Nullable EncodingType encodingType,
      AwsRequestOverrideConfiguration settings) {
    return bucket.client.listMultipartUploads(
        r -> {
          r.bucket(bucket.name)
              .prefix(start)
              .encodingType(encodingType)
              .overrideConfiguration(settings);
          if (after != null) {
            r.keyMarker(after.nextKeyMarker()).uploadIdMarker(after.nextUploadIdMarker());
          }
        });
  }

  /** Leaves the uploads out whose keys are not the original ones. */
  private static ListMultipartUploadsResponse withoutChanged(ListMultipartUploadsResponse page) {
    return page.toBuilder()
        .uploads(
            page.uploads().stream()
                .filter(one -> !ForbiddenCharacters.isChanged(one.key()))
                .toList())
        .build();
  }

  /** RGW 16 encodes the keys, but does not say so, whereupon the SDK does not decode them. */
  private static ListMultipartUploadsResponse decoded(ListMultipartUploadsResponse page) {
    return page.toBuilder()
        .uploads(
            page.uploads().stream()
                .map(
                    one ->
                        one.toBuilder()
                            .key(URLDecoder.decode(one.key(), StandardCharsets.UTF_8))
                            .build())
                .toList())
        .build();
  }
}
