package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.s3.S3Bucket.Found;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;

/**
 * Checks whether a bucket can be used as a store, by storing, reading, listing and deleting objects
 * of its own: rights, conditional writes, encryption, listing, the server's clock, unfinished
 * uploads, object lock, and the speed of 64 MiB both ways.
 *
 * <p>The objects are in the project {@code etcd-backup-check}, under names that no retention policy
 * looks at. They are removed at the end, each by its version, whatever the results; an object that
 * cannot be removed is a finding. They are never locked by the store's {@link
 * S3StoreBuilder#objectLock}.
 *
 * <p>Blocks, for as long as 128 MiB take and some 30 requests. Takes 130 MiB of heap on top of what
 * the store takes. An interrupt ends it with a failure; what it has stored is then removed as far
 * as that is possible.
 */
public final class S3StoreCheck {
  private static final String PROJECT = "etcd-backup-check";
  private static final int LARGE = 64 << 20;
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final S3BackupStore store;
  private final ObjectLocks locks;
  private final S3Bucket bucket;
  private final Consumer<Finding> listener;
  private final List<Finding> findings = new ArrayList<>();
  private final String run = UUID.randomUUID().toString();
  private final Map<BackupKey, byte[]> stored = new LinkedHashMap<>();

  private S3StoreCheck(S3BackupStore store, Consumer<Finding> listener) {
    this.locks = store.locks();
    this.store = store.withoutObjectLock();
    this.bucket = store.bucket();
    this.listener = listener;
  }

  /** What one part of the check says. */
  public enum Result {
    /** It works. */
    OK,
    /** Backups work, but with less protection; the text says which and what to do. */
    WARNING,
    /** Backups do not work in this bucket. */
    FAILED
  }

  /**
   * The result of one check.
   *
   * @param subject what was tried, one or two words: {@code list}, {@code conditional put}
   * @param result the result
   * @param text one sentence for people
   */
  public record Finding(String subject, Result result, String text) {
    /** Checks the values. */
    public Finding {
      Objects.requireNonNull(subject, "subject");
      Objects.requireNonNull(result, "result");
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Checks the bucket of a store.
   *
   * @param store the store
   * @param listener receives each finding as soon as it is there, on this thread
   * @return all findings in the order of the tests. When the bucket cannot be listed that is the
   *     only one; failures are findings and are not thrown
   */
  public static List<Finding> run(S3BackupStore store, Consumer<Finding> listener) {
    S3StoreCheck check = new S3StoreCheck(store, listener);
    check.all();
    return List.copyOf(check.findings);
  }

  private void all() {
    if (!test("list", this::list)) {
      return;
    }
    try {
      test("clock", this::clock);
      test("put and get", this::putAndGet);
      test("names", this::names);
      test("conditional put", this::conditionalPut);
      test("large backups", this::large);
      test("conditional complete", this::conditionalComplete);
      test("unfinished uploads", this::uploads);
      test("encryption", this::encryption);
      test("object lock", this::objectLock);
      test("delete", this::delete);
    } finally {
      cleanUp();
    }
  }

  private interface Test {
    Finding run() throws IOException;
  }

  private boolean test(String subject, Test test) {
    Finding finding;
    try {
      Finding found = test.run();
      finding = new Finding(subject, found.result(), found.text());
    } catch (IOException | UnsupportedOperationException e) {
      finding = new Finding(subject, Result.FAILED, String.valueOf(e.getMessage()));
    }
    report(finding);
    return finding.result() != Result.FAILED;
  }

  private void report(Finding finding) {
    findings.add(finding);
    listener.accept(finding);
  }

  private static Finding ok(String text) {
    return new Finding("", Result.OK, text);
  }

  private static Finding warning(String text) {
    return new Finding("", Result.WARNING, text);
  }

  private static StoreException failure(String text) {
    return new StoreException(text, null);
  }

  private BackupKey key(String name) {
    return BackupKey.of(PROJECT, name + "-" + run);
  }

  private Finding list() throws BackupException {
    List<StoredBackup> old = store.list(PROJECT);
    return old.isEmpty()
        ? ok("the bucket exists and can be listed")
        : warning(
            "the bucket can be listed; "
                + Counted.of(old.size(), "object")
                + " of an earlier check may be deleted, in the project "
                + PROJECT);
  }

  private Finding clock() throws BackupException {
    Instant server = S3Bucket.timeOf(bucket.listing().page(PROJECT, null));
    Duration skew = Duration.between(server, Instant.now());
    String text = "the clocks of this machine and the server differ by " + skew.toSeconds() + " s";
    return skew.abs().compareTo(SKEW) > 0
        ? warning(text + "; set the clock, servers refuse more than 15 minutes")
        : ok(text);
  }

  private Finding putAndGet() throws IOException {
    byte[] bytes = random(1_000);
    BackupKey key = key("small");
    put(key, bytes);
    requireSame(key, bytes);
    return ok("a small object is stored and read back");
  }

  private Finding names() throws IOException {
    BackupKey key = key("a b+c%41&d:ü/e");
    put(key, random(1));
    List<BackupKey> listed = store.list(PROJECT).stream().map(StoredBackup::key).toList();
    if (!listed.containsAll(stored.keySet())) {
      throw failure("the listing lacks an object that was just stored, or changes its name");
    }
    return ok("names with spaces, signs and other scripts are listed as they were stored");
  }

  private Finding conditionalPut() throws BackupException {
    BackupKey key = key("small");
    byte[] other = random(1);
    try {
      bucket.putObject(key, run, null, other, other.length);
    } catch (SdkException e) {
      return refusedBecauseTaken("PutObject", key, e);
    }
    stored.put(key, other);
    return warning(
        "the server ignores If-None-Match when an object is put: of two writers of one name the"
            + " later wins; give the writers of a project a lock");
  }

  private Finding refusedBecauseTaken(String operation, BackupKey key, SdkException e)
      throws StoreException {
    int status = S3Exceptions.status(e);
    if (status == 412 || status == 409) {
      return ok("the server refuses a taken name");
    }
    throw bucket.exceptions().failed(operation, bucket.url(key), e);
  }

  private Finding large() throws IOException {
    byte[] bytes = random(LARGE);
    BackupKey key = key("large");
    long begun = System.nanoTime();
    put(key, bytes);
    long put = System.nanoTime();
    requireSame(key, bytes);
    long got = System.nanoTime();
    return ok("64 MiB in parts: " + speed(put - begun) + " up, " + speed(got - put) + " down");
  }

  private static String speed(long nanos) {
    return String.format(Locale.ROOT, "%.0f MiB/s", 64e9 / nanos);
  }

  private Finding conditionalComplete() throws BackupException {
    BackupKey key = key("large");
    Uploads uploads = new Uploads(bucket);
    String upload = uploads.create(key, run, null);
    byte[] other = random(1);
    try {
      CompletedPart part = uploads.part(key, upload, 1, other, other.length);
      uploads.complete(key, upload, List.of(part));
    } catch (SdkException e) {
      uploads.abort(key, upload);
      return refusedBecauseTaken("CompleteMultipartUpload", key, e);
    } catch (StoreException e) {
      uploads.abort(key, upload);
      throw e;
    }
    stored.put(key, other);
    return warning(
        "the server ignores If-None-Match when an upload is completed: of two writers of one name"
            + " the later wins; give the writers of a project a lock");
  }

  private Finding uploads() throws BackupException {
    try {
      int found = store.abandonedUploads("", S3BackupStore.ABANDONED_AFTER).size();
      return ok("unfinished uploads can be listed; " + found + " are old");
    } catch (UnsupportedOperationException e) {
      return warning(
          "the server cannot list unfinished uploads; have a lifecycle rule of the bucket abort"
              + " them");
    }
  }

  /** Each put has made sure of it. */
  private Finding encryption() {
    return bucket.encryption().isAsked()
        ? ok("the server encrypts with the customer's key")
        : ok("no customer's key is given, so it was not tried");
  }

  private Finding objectLock() throws BackupException {
    locks.require();
    return locks.mayBe()
        ? ok("the bucket has object lock, or these credentials may not know")
        : ok("the bucket has no object lock");
  }

  private Finding delete() throws BackupException {
    BackupKey key = key("small");
    DeleteResult result = store.delete(List.of(key));
    if (!result.gone().contains(key)) {
      throw failure("the object was not deleted: " + result.refused().get(key));
    }
    if (store.find(key).isPresent()) {
      throw failure("the server confirms the deletion and still shows the object");
    }
    return ok("an object is deleted");
  }

  private void put(BackupKey key, byte[] bytes) throws BackupException {
    try {
      store.put(key, Content.of(new ByteArrayInputStream(bytes), bytes.length));
    } catch (StoreException e) {
      if (e.outcomeUnknown()) {
        stored.put(key, bytes);
      }
      throw e;
    } catch (BackupExistsException e) {
      throw failure("the server shows an object under a name that was never used: " + key);
    }
    stored.put(key, bytes);
  }

  private void requireSame(BackupKey key, byte[] bytes) throws IOException {
    Optional<StoredBackup> found = store.find(key);
    if (found.isEmpty()) {
      throw failure("the server does not show an object that was just stored");
    }
    try (InputStream in = store.open(found.get(), 0, found.get().size())) {
      if (!Arrays.equals(in.readAllBytes(), bytes)) {
        throw failure("the server returns other bytes than were stored");
      }
    }
  }

  /** Removes every version that was stored and every delete marker above it. */
  private void cleanUp() {
    List<String> left = new ArrayList<>();
    for (BackupKey key : stored.keySet()) {
      try {
        removeVersions(key);
        Optional<Found> still = bucket.head(key);
        if (still.isPresent()) {
          bucket.discard(still.get());
        }
      } catch (StoreException e) {
        left.add(e.getMessage());
      }
    }
    if (!left.isEmpty()) {
      String text = left.stream().map(S3Exceptions::oneLine).collect(Collectors.joining("; "));
      report(new Finding("clean up", Result.FAILED, "objects of the check are left: " + text));
    }
  }

  /**
   * Removes all versions of a key, and the delete markers above them. Servers without versions
   * remove the object, or refuse the question, and then one is left.
   */
  private void removeVersions(BackupKey key) throws StoreException {
    ListObjectVersionsResponse all;
    try {
      all =
          bucket.client.listObjectVersions(
              r ->
                  r.bucket(bucket.name)
                      .prefix(bucket.path(key))
                      .overrideConfiguration(bucket.withDeadline));
    } catch (SdkException noVersionsHere) {
      return;
    }
    List<String> ids = new ArrayList<>();
    all.versions().forEach(one -> ids.add(one.versionId()));
    all.deleteMarkers().forEach(one -> ids.add(one.versionId()));
    for (String id : ids) {
      bucket.request(
          "DeleteObject",
          bucket.url(key),
          () ->
              bucket.client.deleteObject(
                  r ->
                      r.bucket(bucket.name)
                          .key(bucket.path(key))
                          .versionId(id)
                          .overrideConfiguration(bucket.withDeadline)));
    }
  }

  /** Bytes that do not shrink, the same in each run. */
  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
