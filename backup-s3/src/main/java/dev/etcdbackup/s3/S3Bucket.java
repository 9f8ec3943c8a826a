package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * The requests of the store, one method each, blocking, with a deadline each. They throw {@link
 * StoreException}; those that commit a backup throw what the SDK throws, for {@link
 * ConditionalCommit} to distinguish.
 */
final class S3Bucket {
  /** The metadata in which each object carries the id of the upload that made it. */
  private static final String UPLOAD_MARK = "etcd-backup-upload";

  static final String CONTENT_TYPE = "application/octet-stream";

  /**
   * {@link ConditionalCommit} repeats requests itself, because it must know the outcome of each
   * attempt.
   */
  private static final SdkPlugin NO_RETRIES =
      config ->
          config.overrideConfiguration(
              config.overrideConfiguration().toBuilder()
                  .retryStrategy(AwsRetryStrategy.doNotRetry())
                  .build());

  final S3Client client;
  final String name;

  /** Each request has these, or withKey: with a deadline. */
  final AwsRequestOverrideConfiguration withDeadline;

  /** Requests that send or read content have these: with the customer's key, if there is one. */
  final AwsRequestOverrideConfiguration withKey;

  private final String prefix;
  private final S3Exceptions exceptions;
  private final boolean md5;
  private final Listing listing;
  private final Encryption encryption;

  /** An object as HEAD shows it. */
  record Found(StoredBackup stored, HeadObjectResponse head) {
    /** The id of the upload that made it; empty when another program did. */
    String uploadMark() {
      Map<String, String> lower = new HashMap<>();
      head.metadata().forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
      return lower.getOrDefault(UPLOAD_MARK, "");
    }
  }

  S3Bucket(
      S3Client client,
      String name,
      String prefix,
      Duration requestTimeout,
      @Nullable CustomerKey sseCustomerKey) {
    this.client = client;
    this.name = name;
    this.prefix = prefix.isEmpty() ? "" : prefix + '/';
    URI endpoint = client.serviceClientConfiguration().endpointOverride().orElse(null);
    this.exceptions =
        new S3Exceptions(
            endpoint,
            requestTimeout,
            SdkVersion.mayAddChecksums(client),
            sseCustomerKey != null,
            this::pathStyleHint);
    // Over HTTP the signature covers a hash of the body; over HTTPS the SDK leaves it out.
    this.md5 = endpoint == null || !"http".equalsIgnoreCase(endpoint.getScheme());
    this.withDeadline =
        AwsRequestOverrideConfiguration.builder().apiCallTimeout(requestTimeout).build();
    this.withKey = sseCustomerKey == null ? withDeadline : sseCustomerKey.addTo(withDeadline);
    this.listing = new Listing(this);
    this.encryption = new Encryption(this, sseCustomerKey != null);
  }

  /**
   * Names the setting of a client that puts the bucket into the host name, which few servers do.
   */
  private String pathStyleHint() {
    try {
      URL url = client.utilities().getUrl(r -> r.bucket(name).key("k"));
      return url.getPath().startsWith('/' + name + '/')
          ? ""
          : ", and does the server take buckets in host names (else: forcePathStyle(true))";
    } catch (SdkException notEvenAUrl) {
      return "";
    }
  }

  /** The same without the client's repetitions. */
  static AwsRequestOverrideConfiguration once(AwsRequestOverrideConfiguration settings) {
    return settings.toBuilder().addPlugin(NO_RETRIES).build();
  }

  S3Exceptions exceptions() {
    return exceptions;
  }

  Listing listing() {
    return listing;
  }

  Encryption encryption() {
    return encryption;
  }

  /** For messages. */
  String url(BackupKey key) {
    return S3Exceptions.oneLine("s3://" + name + '/' + path(key));
  }

  Optional<Found> head(BackupKey key) throws StoreException {
    try {
      HeadObjectResponse head =
          client.headObject(r -> r.bucket(name).key(path(key)).overrideConfiguration(withKey));
      StoredBackup stored = stored(key, head.contentLength(), head.lastModified(), head.eTag());
      return Optional.of(new Found(stored, head));
    } catch (SdkException e) {
      if (S3Exceptions.status(e) == 404) {
        listing.requireServed(key);
        return Optional.empty();
      }
      throw exceptions.failed("HeadObject", url(key), explained(key, e));
    }
  }

  /** Removes the version that was found, which has the wrong content. */
  void discard(Found found) throws StoreException {
    request(
        "DeleteObject",
        url(found.stored().key()),
        () ->
            client.deleteObject(
                r ->
                    r.bucket(name)
                        .key(path(found.stored().key()))
                        .versionId(found.head().versionId())
                        .overrideConfiguration(withDeadline)));
  }

  /** The refusal of a HEAD gives no reason. That of a GET of one byte does. */
  private SdkException explained(BackupKey key, SdkException refusal) {
    if (S3Exceptions.status(refusal) / 100 != 4 && S3Exceptions.status(refusal) / 100 != 3) {
      return refusal;
    }
    try {
      client.getObject(
          r -> r.bucket(name).key(path(key)).range("bytes=0-0").overrideConfiguration(withKey),
          ResponseTransformer.toBytes());
      return refusal;
    } catch (SdkException reason) {
      return S3Exceptions.code(reason).isEmpty() ? refusal : reason;
    }
  }

  /** What the paths of a project begin with; of the whole store, when it is empty. */
  String start(String project) {
    return prefix + (project.isEmpty() ? "" : project + '/');
  }

  /** A range of exactly the version that was seen, 1 byte or more, and no other number of bytes. */
  ResponseInputStream<GetObjectResponse> get(StoredBackup backup, long offset, long length)
      throws StoreException, BackupNotFoundException {
    ResponseInputStream<GetObjectResponse> in = request(backup, offset, length);
    String sent = versionOf(in.response().eTag());
    if (!sent.isEmpty() && !backup.version().isEmpty() && !sent.equals(backup.version())) {
      in.abort(); // a server that ignores If-Match
      throw new BackupNotFoundException(backup.key(), url(backup.key()) + " was replaced", null);
    }
    Long announced = in.response().contentLength();
    if (announced == null || announced != length) {
      in.abort();
      throw new StoreException(
          url(backup.key()) + ": the server sends " + announced + " bytes instead of " + length,
          null);
    }
    return in;
  }

  private ResponseInputStream<GetObjectResponse> request(
      StoredBackup backup, long offset, long length)
      throws StoreException, BackupNotFoundException {
    try {
      return client.getObject(
          r -> {
            r.bucket(name)
                .key(path(backup.key()))
                .range("bytes=" + offset + '-' + (offset + length - 1))
                .overrideConfiguration(withKey);
            if (!backup.version().isEmpty()) {
              r.ifMatch('"' + backup.version() + '"');
            }
          });
    } catch (SdkException e) {
      boolean noKey =
          S3Exceptions.status(e) == 404 && !S3Exceptions.isAboutAllRequests(S3Exceptions.code(e));
      if (noKey || S3Exceptions.status(e) == 412 || S3Exceptions.status(e) == 416) {
        throw new BackupNotFoundException(
            backup.key(), url(backup.key()) + " does not exist, or was replaced", e);
      }
      throw exceptions.failed("GetObject", url(backup.key()), e);
    }
  }

  DeleteObjectsResponse delete(List<BackupKey> keys) throws StoreException {
    List<ObjectIdentifier> objects =
        keys.stream().map(key -> ObjectIdentifier.builder().key(path(key)).build()).toList();
    return request(
        "DeleteObjects",
        "s3://" + name,
        () ->
            client.deleteObjects(
                r ->
                    r.bucket(name)
                        .delete(d -> d.objects(objects).quiet(false))
                        .overrideConfiguration(withDeadline)));
  }

  /** Throws {@link SdkException}. */
  void putObject(
      BackupKey key, String mark, @Nullable Retention retention, byte[] bytes, int length) {
    client.putObject(
        r -> {
          r.bucket(name)
              .key(path(key))
              .ifNoneMatch("*")
              .contentType(CONTENT_TYPE)
              .contentMD5(retention == null ? md5(bytes, length) : base64Md5(bytes, length))
              .metadata(mark(mark))
              .overrideConfiguration(once(withKey));
          if (retention != null) {
            r.objectLockMode(retention.mode().name()).objectLockRetainUntilDate(retention.until());
          }
        },
        body(bytes, length));
  }

  /**
   * The time by the server's clock. When an answer has none, that of this machine: servers refuse
   * requests when the clocks differ by 15 minutes.
   */
  static Instant timeOf(SdkResponse answer) {
    return answer
        .sdkHttpResponse()
        .firstMatchingHeader("Date")
        .flatMap(S3Bucket::date)
        .orElseGet(Instant::now);
  }

  private static Optional<Instant> date(String header) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The key of a path, unless it is not of this store and project. */
  @Nullable BackupKey ownKey(@Nullable String path, String project) {
    return path != null && path.startsWith(start(project)) ? key(path) : null;
  }

  /** The key of a path; the empty one, which no backup has, when it is not below the prefix. */
  BackupKey key(@Nullable String path) {
    if (path == null || !path.startsWith(prefix)) {
      return BackupKey.parse("");
    }
    return BackupKey.parse(path.substring(prefix.length()));
  }

  String path(BackupKey key) {
    return prefix + key;
  }

  <T> T request(String operation, String where, Supplier<T> request) throws StoreException {
    try {
      return request.get();
    } catch (SdkException e) {
      throw exceptions.failed(operation, where, e);
    }
  }

  /** A body that can be sent again, without a copy. */
  static RequestBody body(byte[] bytes, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, CONTENT_TYPE);
  }

  @Nullable String md5(byte[] bytes, int length) {
    return md5 ? base64Md5(bytes, length) : null;
  }

  /** As headers have it. */
  static String base64Md5(byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(bytes, 0, length);
      return Base64.getEncoder().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException everyRuntimeHasIt) {
      throw new IllegalStateException(everyRuntimeHasIt);
    }
  }

  /**
   * Makes the answers of all requests equal: some quote the ETag, and a HEAD has whole seconds
   * where a list has milliseconds.
   */
  StoredBackup stored(
      BackupKey key, @Nullable Long size, @Nullable Instant lastModified, @Nullable String eTag)
      throws StoreException {
    if (size == null || size < 0 || lastModified == null) {
      throw new StoreException(
          url(key) + ": the server shows no size or no time, " + size + " and " + lastModified,
          null);
    }
    String version = versionOf(eTag);
    return new StoredBackup(key, size, lastModified.truncatedTo(ChronoUnit.SECONDS), version);
  }

  private static String versionOf(@Nullable String eTag) {
    return eTag == null ? "" : eTag.replace("\"", "");
  }

  static Map<String, String> mark(String upload) {
    return Map.of(UPLOAD_MARK, upload);
  }
}
