package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Copies backups to another store under the same keys, as they are stored, or {@linkplain
 * BackupCopierBuilder#encodeAs encoded again}, through this process or {@linkplain
 * BackupCopierBuilder#serverSide within the server}. What follows is about the former; the latter
 * says what differs.
 *
 * <p>Each backup is streamed and, where its name and the encodings allow that, decoded and verified
 * on the way: a backup that is not whole and verified never appears at the target. An object of the
 * same name and content at the target counts as copied; a different one is never touched and is
 * reported. Contents are compared by size, by ETag, and else by the first and the last 64 KiB, or
 * {@linkplain BackupCopierBuilder#sizeOnly by size only}. Copying again therefore copies only what
 * is missing, and a copy that was interrupted at any moment is continued by the next one.
 * Signatures beside the backups are copied too; pins, notes and marks apply to the store in which
 * they are, and are not.
 *
 * <p>Backups are copied in parallel, the newest first. A failure does not stop the others; after
 * {@value #MAX_FAILURES_IN_A_ROW} failures of the stores without a success between them the rest is
 * not tried.
 *
 * <p>Thread-safe. Calls block; an interrupt ends them within about a second. Holds no backup in
 * memory: at most a part of each that is being copied, as the target store does, and 256 KiB.
 */
public final class BackupCopier {
  /** After how many failures without a success the rest is not tried: 5. */
  static final int MAX_FAILURES_IN_A_ROW = 5;

  private final BackupStore from;
  private final BackupStore to;
  private final BackupEncodings encodings;
  private final int parallelism;
  private final Duration timeout;
  private final InstantSource clock;
  private final ZoneId tarballZone;
  private final ThreadFactory threads;
  private final Consumer<Copied> listener;
  private final boolean sizeOnly;
  private final Optional<CopyOne.NewEncoding> newEncoding;
  private final Optional<ServerSideCopy> serverSide;

  BackupCopier(BackupCopierBuilder builder) {
    this.from = builder.from;
    this.to = builder.to;
    this.encodings = builder.encodings;
    this.parallelism = builder.parallelism;
    this.timeout = builder.timeout;
    this.clock = builder.clock;
    this.tarballZone = builder.tarballZone;
    this.threads = builder.threads;
    this.listener = builder.listener;
    this.sizeOnly = builder.sizeOnly;
    this.newEncoding = builder.newEncoding;
    this.serverSide = builder.serverSide;
  }

  /**
   * Returns a builder of a copier.
   *
   * @param from the store that is read; remains the caller's
   * @param to the store that is written; remains the caller's
   * @return a builder with the defaults
   */
  public static BackupCopierBuilder builder(BackupStore from, BackupStore to) {
    return new BackupCopierBuilder(from, to);
  }

  /**
   * Copies backups.
   *
   * @param keys the keys of the backups; each is copied once
   * @return what became of each
   * @throws BackupNotFoundException when the source does not have one of them; nothing was copied
   * @throws StoreException when the source cannot be read, or the caller was interrupted
   */
  public CopyReport copy(Collection<BackupKey> keys) throws BackupException {
    Map<BackupKey, Backup> backups = new LinkedHashMap<>();
    for (BackupKey key : keys) {
      Backup found =
          from.find(key)
              .map(stored -> Backup.of(stored, tarballZone))
              .orElseThrow(() -> new BackupNotFoundException(key));
      backups.put(key, found);
    }
    return new CopyReport(copyAll(List.copyOf(backups.values()), to::find), Optional.empty());
  }

  /**
   * Copies the backups of a project that the target does not have. Deletes nothing.
   *
   * @param project the project, or {@code ""} for all of them
   * @return what became of each backup of the source
   * @throws StoreException when one of the stores cannot be listed, or the caller was interrupted
   */
  public CopyReport mirror(String project) throws BackupException {
    List<Backup> wanted = list(from, project);
    return new CopyReport(copyAll(wanted, presence(list(to, project))), Optional.empty());
  }

  private static CopyOne.Presence presence(List<Backup> listed) {
    Map<BackupKey, StoredBackup> present = new HashMap<>();
    listed.forEach(one -> present.put(one.key(), one.stored()));
    return key -> Optional.ofNullable(present.get(key));
  }

  /**
   * Copies the backups of a project that the target does not have and that a policy keeps there,
   * and then prunes the target as {@link BackupService#prune(PruneRequest)} does: the newest backup
   * of each series that is kept is verified first, and pins at the target hold. The policy is
   * applied to the backups of both stores together, so that nothing is copied only to be deleted.
   * Nothing is deleted when not every backup was copied.
   *
   * @param project the project
   * @param retention what the target keeps
   * @return what became of each backup, and what was deleted
   * @throws IllegalStateException when backups are {@linkplain BackupCopierBuilder#encodeAs encoded
   *     again}, for they have other names then
   * @throws dev.etcdbackup.CorruptBackupException when a backup that had to be verified is bad;
   *     nothing was deleted
   * @throws StoreException when one of the stores cannot be listed, or the caller was interrupted
   */
  public CopyReport mirror(String project, RetentionPolicy retention) throws BackupException {
    BackupKey.requireProject(project);
    if (newEncoding.isPresent()) {
      throw new IllegalStateException(
          "backups that are encoded again cannot be pruned at the target with the same call");
    }
    Instant now = clock.instant();
    Map<BackupKey, Backup> both = new LinkedHashMap<>();
    list(from, project).forEach(one -> both.put(one.key(), one));
    Set<BackupKey> source = new HashSet<>(both.keySet());
    List<Backup> present = list(to, project);
    present.forEach(one -> both.putIfAbsent(one.key(), one));
    List<Backup> wanted =
        retention.plan(List.copyOf(both.values()), now).toKeep().stream()
            .filter(one -> source.contains(one.key()))
            .toList();
    List<Copied> copies = copyAll(wanted, presence(present));
    CopyReport report = new CopyReport(copies, Optional.empty());
    if (!report.ok()) {
      return report;
    }
    BackupService target =
        BackupService.builder(to)
            .encodings(encodings)
            .clock(clock)
            .tarballZone(tarballZone)
            .timeout(timeout)
            .threads(threads)
            .build();
    return new CopyReport(copies, Optional.of(target.prune(project, retention)));
  }

  private List<Backup> list(BackupStore store, String project) throws BackupException {
    return store.list(project).stream().map(one -> Backup.of(one, tarballZone)).toList();
  }

  private List<Copied> copyAll(List<Backup> backups, CopyOne.Presence presence)
      throws BackupException {
    Batch batch = new Batch(backups, presence);
    int workers = Math.min(parallelism, backups.size());
    CountDownLatch done = new CountDownLatch(workers);
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      Thread thread =
          threads.newThread(
              () -> {
                try {
                  batch.work();
                } finally {
                  done.countDown();
                }
              });
      started.add(thread);
      thread.start();
    }
    try {
      done.await();
    } catch (InterruptedException e) {
      batch.stop();
      started.forEach(Thread::interrupt);
      awaitUninterruptibly(done);
      Thread.currentThread().interrupt();
      throw new StoreException("copying was interrupted; what was copied so far is whole", e);
    }
    List<Copied> results = batch.results();
    if (newEncoding.isPresent()) {
      return results; // a signature is of the bytes as they were stored
    }
    new SignatureCopies(from, to)
        .copy(
            results.stream()
                .filter(one -> one.outcome() == Outcome.COPIED || one.outcome() == Outcome.PRESENT)
                .map(Copied::key)
                .collect(Collectors.toSet()));
    return results;
  }

  private static void awaitUninterruptibly(CountDownLatch done) {
    while (true) {
      try {
        done.await();
        return;
      } catch (InterruptedException again) {
        // the workers were interrupted already and end by themselves
      }
    }
  }

  /** The backups of one call, which several threads copy. */
  private final class Batch {
    private final ConcurrentLinkedQueue<Backup> waiting;
    private final CopyOne.Presence presence;
    private final ConcurrentLinkedQueue<Copied> results = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    private volatile boolean stopped;

    Batch(List<Backup> backups, CopyOne.Presence presence) {
      this.presence = presence;
      this.waiting =
          new ConcurrentLinkedQueue<>(
              backups.stream()
                  .sorted(
                      Comparator.comparing((Backup one) -> one.kind() == BackupKind.OTHER)
                          .thenComparing(Backup.OLDEST_FIRST.reversed()))
                  .toList());
    }

    void stop() {
      stopped = true;
    }

    /** Takes what waits. What the listener throws ends the batch and is for its caller. */
    void work() {
      try {
        copyWhatWaits();
      } catch (RuntimeException | Error e) {
        thrown.compareAndSet(null, e);
        stop();
      }
    }

    private void copyWhatWaits() {
      for (Backup next = waiting.poll(); next != null && !stopped; next = waiting.poll()) {
        Copied copied =
            failuresInARow.get() >= MAX_FAILURES_IN_A_ROW
                ? failed(next, Outcome.NOT_TRIED, "a store failed too often in a row")
                : copy(next);
        results.add(copied);
        listener.accept(copied);
      }
    }

    private Copied copy(Backup backup) {
      try {
        Copied copied =
            new Deadline(timeout, threads)
                .run(
                    "copying " + backup.key(),
                    new CopyOne(
                        backup,
                        from,
                        to,
                        encodings,
                        presence,
                        sizeOnly,
                        newEncoding,
                        serverSide,
                        threads));
        failuresInARow.set(0);
        return copied;
      } catch (BackupNotFoundException e) {
        return failed(backup, Outcome.FAILED, "it was deleted meanwhile");
      } catch (IOException | RuntimeException | LinkageError e) { // the last: an encoding's library
        failuresInARow.incrementAndGet();
        return failed(backup, Outcome.FAILED, FailureText.of(e));
      }
    }

    private Copied failed(Backup backup, Outcome outcome, String why) {
      return new Copied(backup.key(), outcome, backup.stored().size(), false, why);
    }

    /** The results; throws instead when there is not one for each backup. */
    List<Copied> results() {
      Throwable first = thrown.get();
      if (first instanceof Error error) {
        throw error;
      }
      if (first != null) {
        throw (RuntimeException) first;
      }
      return results.stream().sorted(Comparator.comparing(Copied::key)).toList();
    }
  }

  static int requireParallelism(int parallelism) {
    if (parallelism < 1 || parallelism > 64) {
      throw new IllegalArgumentException("parallelism must be 1 to 64, not " + parallelism);
    }
    return parallelism;
  }
}
