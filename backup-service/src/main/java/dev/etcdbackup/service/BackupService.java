package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.internal.CancellableReading;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes, lists, downloads, verifies and prunes the backups of one store.
 *
 * <p>Options belong to a call: the simple overloads use the defaults, the others take a request.
 *
 * <p>Thread-safe; any number of calls may run at once. Calls block. Those that transfer a snapshot
 * do so on a thread of their own, which has ended when they return, and end with their timeout; an
 * interrupt ends them too, within about a second, and leaves the caller's interrupt status set.
 * Work that does not react to being cancelled is left behind after ten seconds. What a listener, a
 * policy or a verifier of the caller throws beside {@link BackupException} is thrown as it is.
 *
 * <p>Holds no snapshot in memory. The service has nothing to be closed; the store remains the
 * caller's.
 */
public final class BackupService {
  // More than 400 lines, most of which are the contracts of the public methods. What a method does
  // is in a class of its own, for example TakeBackup, Download or Pruning.
  private static final Logger LOG = LoggerFactory.getLogger(BackupService.class);

  private final BackupStore store;
  private final BackupEncodings encodings;
  private final InstantSource clock;
  private final ZoneId tarballZone;
  private final BackupVerifier verifier;
  private final SnapshotReader reader;
  private final Duration timeout;
  private final ThreadFactory threads;

  BackupService(BackupServiceBuilder builder) {
    this.store = builder.store;
    this.encodings = builder.encodings;
    this.clock = builder.clock;
    this.tarballZone = builder.tarballZone;
    this.reader = new SnapshotReader(store, encodings);
    this.timeout = builder.timeout;
    this.threads = builder.threads;
    this.verifier =
        builder.verifier != null ? builder.verifier : new ReadThroughVerifier(encodings);
  }

  /**
   * Returns a builder of a service.
   *
   * @param store where the backups are
   * @return a builder with every default set
   */
  public static BackupServiceBuilder builder(BackupStore store) {
    return new BackupServiceBuilder(store);
  }

  /**
   * Takes a periodic backup, {@code etcd.backup_vREVISION_TIME}, with the defaults of {@link
   * BackupRequest}.
   *
   * @param project the project
   * @param source the cluster
   * @return what was stored
   * @throws BackupException as {@link #backUp(BackupRequest)}
   */
  public BackupResult backUp(String project, SnapshotSource source) throws BackupException {
    return backUp(BackupRequest.builder(project, source).build());
  }

  /**
   * Takes a backup under a chosen name, otherwise with the defaults of {@link BackupRequest}.
   *
   * @param project the project
   * @param source the cluster
   * @param naming how to name and encode the backup
   * @return what was stored
   * @throws BackupException as {@link #backUp(BackupRequest)}
   */
  public BackupResult backUp(String project, SnapshotSource source, NamingStrategy naming)
      throws BackupException {
    return backUp(BackupRequest.builder(project, source).naming(naming).build());
  }

  /**
   * Takes a backup. It is stored whole and verified, or not at all; nothing is ever overwritten.
   *
   * <p>The name has the time at which the call began and the revision that the source reported
   * before it streamed. If that name is taken the next free second of the following 60 is used,
   * except for manual names. That takes one look-up for each name that is tried.
   *
   * @param request what to take, and how
   * @return what was stored
   * @throws IllegalArgumentException when project or name cannot be part of a key, or the name asks
   *     for an encoding that neither the request nor the service has
   * @throws SourceException when the source failed, whatever exception it threw, or time ran out
   *     while waiting for it; nothing was stored. A failure to close the source after the commit is
   *     logged
   * @throws BackupExistsException when a manual name is taken, when all 61 others are, or when
   *     another process took the name during the backup; nothing was stored
   * @throws KeyUnavailableException when an encoding cannot encrypt with the keys that it has;
   *     nothing was stored
   * @throws StoreException when the store failed, time ran out while waiting for it, or the caller
   *     was interrupted; nothing was stored unless it says that the outcome is unknown
   * @throws BackupException what the {@linkplain BackupRequest.Builder#beforeCommit pre-commit
   *     check} threw; nothing was stored
   */
  public BackupResult backUp(BackupRequest request) throws BackupException {
    BackupEncodings chosen = request.encodings() != null ? request.encodings() : encodings;
    require(chosen, request.naming());
    String what = "backup of " + request.project();
    try {
      return deadline(request.timeout()).run(what, new TakeBackup(request, store, chosen, clock));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException(what + " failed: " + FailureText.of(e), e);
    }
  }

  /**
   * Checks that the service has every encoding that a naming asks for.
   *
   * @param naming the naming
   * @throws IllegalArgumentException when it lacks one; the message says which
   */
  public void requireEncodings(NamingStrategy naming) {
    require(encodings, naming);
  }

  private void require(BackupEncodings all, NamingStrategy naming) {
    all.require(BackupName.parse(naming.name(0, clock.instant())));
  }

  /**
   * Lists a project, with one listing of the store.
   *
   * @param project the whole project, or {@code ""} for every one
   * @return all of its backups in the order of their keys, of every kind
   * @throws IncompleteListingException when some of the backups cannot be listed
   * @throws StoreException when none can
   */
  public List<Backup> list(String project) throws BackupException {
    return backups(store.list(project));
  }

  /**
   * Lists what can be listed of a project, to show, read or restore it. Decide by {@link #list}
   * what is deleted.
   *
   * @param project the whole project, or {@code ""} for every one
   * @param incomplete receives the reason when a part of the listing is missing
   * @return the backups that can be listed, in the order of their keys, of every kind
   * @throws StoreException when nothing can be listed
   */
  public List<Backup> listReadable(
      String project, Consumer<? super IncompleteListingException> incomplete)
      throws BackupException {
    try {
      return list(project);
    } catch (IncompleteListingException e) {
      incomplete.accept(e);
      return backups(e.listed());
    }
  }

  private List<Backup> backups(List<StoredBackup> stored) {
    return stored.stream().map(one -> Backup.of(one, tarballZone)).toList();
  }

  private static void warn(IncompleteListingException e) {
    LOG.warn("{}", e.getMessage());
  }

  /**
   * Finds the newest periodic backup or tarball of a project, by {@link Backup#OLDEST_FIRST}. Those
   * dated more than an hour ahead do not count. An object that cannot be listed is no backup of
   * this library; it is logged, and does not count either.
   *
   * @param project the whole project
   * @return the newest; empty when there is none
   * @throws StoreException when the store cannot be listed
   */
  public Optional<Backup> latest(String project) throws BackupException {
    Instant now = clock.instant();
    return listReadable(project, BackupService::warn).stream()
        .filter(b -> b.kind().hasSeries() && !b.isDatedAhead(now))
        .max(Backup.OLDEST_FIRST);
  }

  /**
   * Finds the newest periodic backup or tarball of a project that verifies; see {@link
   * #newestGood(NewestGoodRequest)}.
   *
   * @param project the whole project
   * @return the backup, and the newer ones that are not good
   * @throws BackupException as {@link #newestGood(NewestGoodRequest)}
   */
  public NewestGood newestGood(String project) throws BackupException {
    return newestGood(NewestGoodRequest.builder(project).build());
  }

  /**
   * Verifies the backups of a project from the newest backwards until one is good. Those dated more
   * than an hour ahead do not count. Those that are {@linkplain BackupNotes#markBad marked bad} are
   * passed over without being read. Those that no private key at hand decrypts are passed over too,
   * and so are those that need an encoding which the service does not have.
   *
   * @param request the project and the options
   * @return the backup, and the newer ones that are not good; empty also when only an encoding, or
   *     every private key, is missing, which the problems say
   * @throws KeyUnavailableException when none is good, and one of them is encrypted to other keys
   *     than the private keys at hand
   * @throws StoreException when the store cannot be listed, when more backups cannot be read than
   *     the request allows, when one cannot be read and none is good, or when the caller was
   *     interrupted
   */
  public NewestGood newestGood(NewestGoodRequest request) throws BackupException {
    List<Backup> listed = listReadable(request.project(), BackupService::warn);
    List<BackupNote> bad = notes().list(request.project(), kind -> kind == BackupNote.Kind.BAD);
    return new NewestGoodSearch(request, this::verify, bad).find(listed, clock.instant());
  }

  /**
   * Downloads a backup with the defaults of {@link DownloadRequest}.
   *
   * @param key the backup
   * @param target the file; its directory exists
   * @param options {@link StandardCopyOption#REPLACE_EXISTING} or none
   * @return the digest of the snapshot
   * @throws IOException as {@link #download(DownloadRequest)}
   */
  public SnapshotDigest download(BackupKey key, Path target, StandardCopyOption... options)
      throws IOException {
    return download(DownloadRequest.builder(key, target).options(options).build());
  }

  /**
   * Downloads a backup into a file: the snapshot itself, decoded, and verified on the way. The file
   * appears under its name only when it is whole, verified and on the disk; it is readable by its
   * owner only.
   *
   * @param request what to download, and where to
   * @return the digest of the snapshot
   * @throws IllegalArgumentException when the service does not have one of its encodings
   * @throws BackupNotFoundException when there is no such backup
   * @throws CorruptBackupException when it is damaged or is no snapshot
   * @throws KeyUnavailableException when no private key at hand decrypts it
   * @throws StoreException when it cannot be read, time ran out, or the caller was interrupted
   * @throws IOException when the file cannot be written; a {@link
   *     java.nio.file.FileAlreadyExistsException} when it exists and may not be replaced
   */
  public SnapshotDigest download(DownloadRequest request) throws IOException {
    return download(
        request,
        () -> reader.open(require(request.key())),
        (in, out) -> {
          VerifyingInputStream snapshot = (VerifyingInputStream) in;
          Download.copy(
              new CountingInputStream(snapshot, snapshot.size(), request.progress()), out);
          return snapshot.digest();
        });
  }

  /**
   * Downloads the stored bytes with the defaults of {@link DownloadRequest}.
   *
   * @param key the backup
   * @param target the file; its directory exists
   * @param options {@link StandardCopyOption#REPLACE_EXISTING} or none
   * @return the number of bytes
   * @throws IOException as {@link #downloadRaw(DownloadRequest)}
   */
  public long downloadRaw(BackupKey key, Path target, StandardCopyOption... options)
      throws IOException {
    return downloadRaw(DownloadRequest.builder(key, target).options(options).build());
  }

  /**
   * Downloads a backup into a file, byte for byte as it is stored, of any kind. Nothing is
   * verified.
   *
   * @param request what to download, and where to; the file appears as with {@link #download}
   * @return the number of bytes
   * @throws BackupNotFoundException when there is no such backup
   * @throws StoreException when it cannot be read, time ran out, or the caller was interrupted
   * @throws IOException when the file cannot be written; a {@link
   *     java.nio.file.FileAlreadyExistsException} when it exists and may not be replaced
   */
  public long downloadRaw(DownloadRequest request) throws IOException {
    return download(
        request,
        () -> {
          StoredBackup stored = require(request.key()).stored();
          return new CountingInputStream(reader.openRaw(stored), stored.size(), request.progress());
        },
        (in, out) -> {
          Download.copy(in, out);
          return ((CountingInputStream) in).count();
        });
  }

  /**
   * Verifies a stored backup with the service's verifier, within the service's timeout.
   *
   * @param backup the backup
   * @return what was found
   * @throws BackupException as {@link #verify(VerifyRequest)}
   */
  public Verification verify(Backup backup) throws BackupException {
    return verify(VerifyRequest.builder(backup).build());
  }

  /**
   * Verifies a stored backup.
   *
   * @param request which one, and how
   * @return what was found; a backup that needs an encoding which the verifier does not have is one
   *     with a problem
   * @throws BackupNotFoundException when it is no longer there
   * @throws KeyUnavailableException when no private key at hand decrypts it
   * @throws StoreException when it cannot be read, time ran out, or the caller was interrupted
   */
  public Verification verify(VerifyRequest request) throws BackupException {
    BackupKey key = request.backup().key();
    BackupVerifier chosen = request.verifier() != null ? request.verifier() : verifier;
    try {
      return deadline(request.timeout())
          .run("verification of " + key, new VerifyBackup(chosen, request.backup(), store));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(key + " cannot be read: " + FailureText.of(e), e);
    }
  }

  /**
   * Returns to whom a backup is encrypted, and which of the private keys in the service's encodings
   * may decrypt it. Reads the beginning of the backup, in one request, and decrypts nothing.
   *
   * @param backup the backup
   * @return the recipients, without key ids when the service lacks the encoding; empty when the
   *     backup is not encrypted, by its name
   * @throws BackupNotFoundException when it is no longer there
   * @throws CorruptBackupException when it is no encrypted message
   * @throws StoreException when it cannot be read, or time ran out
   */
  public Optional<Recipients> encryptedTo(Backup backup) throws BackupException {
    if (!backup.name().isEncrypted()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          deadline(null)
              .run("reading " + backup.key(), new ReadRecipients(backup, store, encodings)));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + FailureText.of(e), e);
    }
  }

  /**
   * Scrubs: verifies the backups of a project or of the whole store, in the order of their keys,
   * and continues after bad ones. Reads each backup once.
   *
   * @param request which ones, and how
   * @return the results; check {@link ScrubReport#ok}
   * @throws StoreException when the listing is incomplete, or the caller was interrupted
   */
  public ScrubReport scrub(ScrubRequest request) throws BackupException {
    return new Scrub(request, encodings, backup -> verify(request.verification(backup)))
        .run(list(request.project()), clock.instant());
  }

  /**
   * Plans a prune and changes nothing.
   *
   * @param project the whole project
   * @param policy what to keep
   * @return what would be kept and deleted, and why
   * @throws IllegalArgumentException when the project cannot be part of a key
   * @throws IllegalStateException when the policy keeps a backup that it did not receive, or gives
   *     no reason
   * @throws StoreException when the listing is incomplete, or has a key twice or of another project
   */
  public RetentionPlan planPrune(String project, RetentionPolicy policy) throws BackupException {
    return pruning().plan(project, policy);
  }

  /**
   * Prunes a project with the defaults of {@link PruneRequest}: in each series of which something
   * is to be deleted, the newest backup that is kept is verified first.
   *
   * @param project the whole project
   * @param policy what to keep
   * @return what was done
   * @throws BackupException as {@link #prune(PruneRequest)}
   */
  public PruneReport prune(String project, RetentionPolicy policy) throws BackupException {
    return prune(PruneRequest.builder(project, policy).build());
  }

  /**
   * Deletes what a policy does not keep. Only periodic backups, tarballs and recorded changes are
   * ever deleted, never the newest of a series, a pinned backup or the newest verified one, and
   * nothing unless the listing was complete. The pins, notes and marks of what was deleted go with
   * it.
   *
   * @param request the project, the policy and the options
   * @return what was done; a backup that the store did not delete is in there, not thrown
   * @throws IllegalStateException as {@link #planPrune}; nothing was deleted
   * @throws CorruptBackupException when a backup that had to be verified is bad, and with it every
   *     copy of its base name; nothing was deleted
   * @throws KeyUnavailableException when no copy of it is good, and no private key at hand decrypts
   *     one of them; nothing was deleted
   * @throws BackupNotFoundException when it was deleted meanwhile; nothing else was deleted
   * @throws StoreException when the store cannot be listed, or a backup that had to be verified
   *     cannot be read: then nothing was deleted; or when the store failed as a whole while it
   *     deleted: then some backups may be
   */
  public PruneReport prune(PruneRequest request) throws BackupException {
    return pruning().prune(request, this::verify);
  }

  /**
   * Deletes what a policy does not keep in the series of a backup just taken, never that backup,
   * and the recorded changes of the project that are older than every backup that is kept. Verifies
   * nothing. Takes two listings, and one more when something was deleted.
   *
   * @param result what {@link #backUp} returned
   * @param policy what to keep
   * @return what was done, about that series and the changes; empty for a manual backup, which is
   *     in no series
   * @throws IllegalStateException as {@link #planPrune}; nothing was deleted
   * @throws StoreException when the store cannot be listed, lacks the backup just taken and so is
   *     not complete, or the store failed as a whole; the backup itself is stored all the same
   */
  public PruneReport pruneAfter(BackupResult result, RetentionPolicy policy)
      throws BackupException {
    return pruning().pruneAfter(result, policy);
  }

  /**
   * Deletes one backup of any kind, independent of any policy and of a pin. Its pins, notes and
   * marks stay.
   *
   * @param key the backup
   * @throws BackupNotFoundException when there is no such backup
   * @throws StoreException when the store failed or refuses to delete it, with the store's reason;
   *     the backup may still be there
   */
  public void delete(BackupKey key) throws BackupException {
    Backup backup = require(key);
    DeleteResult result = store.delete(List.of(backup.key()));
    if (!result.gone().contains(key)) {
      String reason = result.refused().getOrDefault(key, "the store does not say why");
      throw new StoreException(key + " was not deleted: " + reason, null);
    }
  }

  /**
   * Returns the pins, notes and marks of the backups of the store.
   *
   * @return the notes, with the clock of this service
   */
  public BackupNotes notes() {
    return BackupNotes.of(store, clock);
  }

  /**
   * Returns a builder of a copier from the store of this service to another, with the encodings,
   * the clock, the zone, the timeout and the threads of this service.
   *
   * @param to the store that is written; remains the caller's
   * @return the builder
   */
  public BackupCopierBuilder copierTo(BackupStore to) {
    return BackupCopier.builder(store, to)
        .encodings(encodings)
        .clock(clock)
        .tarballZone(tarballZone)
        .timeout(timeout)
        .threads(threads);
  }

  private Pruning pruning() {
    return new Pruning(store, tarballZone, clock);
  }

  private Deadline deadline(@Nullable Duration requested) {
    return new Deadline(requested != null ? requested : timeout, threads);
  }

  private Backup require(BackupKey key) throws BackupException {
    return store
        .find(key)
        .map(b -> Backup.of(b, tarballZone))
        .orElseThrow(() -> new BackupNotFoundException(key));
  }

  private <T> T download(
      DownloadRequest request, CancellableReading.Opener opener, Download.Writer<T> writer)
      throws IOException {
    return deadline(request.timeout())
        .run("reading " + request.key(), new Download<>(request, opener, writer));
  }
}
