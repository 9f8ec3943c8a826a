package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Lists a bucket, and checks that the server serves this bucket. Thread-safe. */
final class Listing {
  private static final int MAX_NAMED = 3;

  private final S3Bucket bucket;
  private volatile boolean served; // a listing has shown that the bucket is the one meant

  Listing(S3Bucket bucket) {
    this.bucket = bucket;
  }

  /**
   * Makes sure that "not found" is about the key and not about the bucket or the credentials. Some
   * servers give the same answer to a HEAD in each case, but not to a listing. One listing is
   * enough for the life of the store. With credentials that may not list, it remains unknown.
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
   * Checks that the answer is for this bucket. A server that does not know the host name of the
   * request interprets its path differently, and answers with another document or for another
   * bucket.
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

  /**
   * Lists a project to its end, in the order of the keys.
   *
   * @throws IncompleteListingException when the server cannot write down one of the keys; it holds
   *     the other objects
   */
  List<StoredBackup> all(String project) throws StoreException {
    List<StoredBackup> all = new ArrayList<>();
    Set<String> unreadable = new TreeSet<>(); // of each such key the part before the character
    StoreException failure = null;
    String token = null;
    do {
      ListObjectsV2Response page;
      boolean isChanged = false;
      try {
        page = page(project, token, bucket.withDeadline);
      } catch (StoreException e) {
        if (!(e.getCause() instanceof SdkException sdk && ForbiddenCharacters.mayBeIn(sdk))) {
          throw e;
        }
        page = page(project, token, new ForbiddenCharacters().addTo(bucket.withDeadline));
        isChanged = true;
        failure = e;
      }
      for (StoredBackup one : contents(page, project)) {
        String key = one.key().toString();
        if (isChanged && ForbiddenCharacters.isChanged(key)) {
          unreadable.add(ForbiddenCharacters.unchangedStart(key));
        } else {
          all.add(one);
        }
      }
      token = nextToken(page, token, bucket.url(BackupKey.parse(project)));
    } while (token != null);
    // Servers list in this order; sorting what is sorted costs one look at each.
    all.sort(Comparator.comparing(StoredBackup::key));
    if (!unreadable.isEmpty()) {
      throw new IncompleteListingException(incomplete(project, unreadable), failure, all);
    }
    return all;
  }

  private String incomplete(String project, Set<String> unreadable) {
    return "the list of "
        + bucket.url(BackupKey.parse(project))
        + " is incomplete: the key of an object has a character that XML forbids, and the server at "
        + bucket.exceptions().endpoint()
        + " does not encode it (encoding-type=url); rename or delete what has such a character in"
        + " its key after "
        + unreadable.stream()
            .limit(MAX_NAMED)
            .map(start -> bucket.url(BackupKey.parse(start)))
            .collect(Collectors.joining(" or "))
        + (unreadable.size() > MAX_NAMED ? " and other prefixes" : "");
  }

  private static @Nullable String nextToken(
      ListObjectsV2Response page, @Nullable String last, String where) throws StoreException {
    if (!Boolean.TRUE.equals(page.isTruncated())) {
      return null;
    }
    String token = page.nextContinuationToken();
    if (token == null || token.equals(last)) {
      throw new StoreException(
          "the list of " + where + " is cut off: the server does not say how to go on", null);
    }
    return token;
  }

  /** One page of at most 1,000, after the token of the page before. */
  ListObjectsV2Response page(String project, @Nullable String token) throws StoreException {
    return page(project, token, bucket.withDeadline);
  }

  private ListObjectsV2Response page(
      String project, @Nullable String token, AwsRequestOverrideConfiguration settings)
      throws StoreException {
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
                            .overrideConfiguration(settings)));
    requireName(page, where);
    served = true;
    return page;
  }

  /**
   * The backups that a page of a project holds. Fails when an object was not requested, or has no
   * size or time.
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
