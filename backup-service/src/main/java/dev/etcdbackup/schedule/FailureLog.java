package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.coverage.ProjectCoverage.Failure;
import dev.etcdbackup.internal.TimeText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last failures of each project, kept in the store so that they are known after a restart and
 * to {@code coverage}.
 *
 * <p>A failure is a small object, {@code PROJECT/.etcd-backup/failures/REASON_failure_TIME}; its
 * content is the message. The last one of each of the last 14 days (UTC) with a failure is kept, so
 * there are at most 14 objects for a project. A failure with the message of the one before is
 * written again after 1 hour. These objects are no backups: deleting them loses only this history.
 *
 * <p>Writing is best effort. A failure that cannot be written, because it is the store that failed,
 * is written at the next successful listing, if the process still runs.
 *
 * <p>Thread-safe.
 */
public final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(BackupScheduler.class);
  private static final int DAYS = 14;
  private static final int MAX_BYTES = 4096;
  private static final Duration REPEATED = Duration.ofHours(1);
  private static final String DIRECTORY = BackupKey.RESERVED + "/failures/";
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(DIRECTORY) + "(source|store|lock|other)_failure_([0-9:-]{19})");

  private final BackupStore store;
  private final Map<String, Recorded> pending = new ConcurrentHashMap<>();
  private final Map<String, Recorded> written = new ConcurrentHashMap<>();

  private FailureLog(BackupStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  /**
   * Creates the log of a store.
   *
   * @param store the store; remains the caller's
   * @return the log
   */
  public static FailureLog of(BackupStore store) {
    return new FailureLog(store);
  }

  /** A failure, and the key under which it is stored. */
  record Recorded(BackupKey key, FailedRun.Reason reason, Instant at, String message) {
    LocalDate day() {
      return at.atOffset(ZoneOffset.UTC).toLocalDate();
    }
  }

  /**
   * Reads the failures of a project: one listing, and one request for each failure.
   *
   * @param project the project
   * @return the failures, at most 14, newest first
   * @throws StoreException when the store failed
   */
  public List<Failure> read(String project) throws BackupException {
    Objects.requireNonNull(project, "project");
    return recall(store.list(project + '/' + BackupKey.RESERVED)).stream()
        .map(one -> new Failure(one.at(), one.message()))
        .toList();
  }

  /** Reads the failures among the objects that are kept beside the backups of a project. */
  List<Recorded> recall(Collection<StoredBackup> listing) throws BackupException {
    List<Recorded> found = new ArrayList<>();
    for (Recorded one : newestFirst(listing)) {
      if (found.size() == DAYS) {
        break;
      }
      Optional<StoredBackup> stored =
          listing.stream().filter(it -> it.key().equals(one.key())).findFirst();
      if (stored.isPresent()) {
        content(stored.get())
            .ifPresent(text -> found.add(new Recorded(one.key(), one.reason(), one.at(), text)));
      }
    }
    return found;
  }

  private Optional<String> content(StoredBackup stored) throws BackupException {
    long length = Math.min(stored.size(), MAX_BYTES);
    try (InputStream in = store.open(stored, 0, length)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(text.strip().replaceAll("\\s*\\R\\s*", " "));
    } catch (BackupNotFoundException e) {
      return Optional.empty(); // replaced since the listing
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(stored.key() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Notes a failure, to be written by the next {@link #flush}. */
  void note(String project, FailedRun.Reason reason, Instant at, String message) {
    Instant second = at.truncatedTo(ChronoUnit.SECONDS);
    Recorded before = written.get(project);
    if (before != null
        && before.message().equals(message)
        && Duration.between(before.at(), second).abs().compareTo(REPEATED) < 0) {
      return;
    }
    String name = DIRECTORY + reason + "_failure_" + TimeText.format(second);
    pending.put(project, new Recorded(BackupKey.of(project, name), reason, second, message));
  }

  /** Writes what was noted and deletes what is no longer kept. Does not fail. */
  void flush(String project) {
    Recorded failure = pending.remove(project);
    if (failure == null) {
      return;
    }
    try {
      put(failure);
      written.put(project, failure);
      Set<BackupKey> surplus = surplus(store.list(project + '/' + BackupKey.RESERVED));
      if (!surplus.isEmpty()) {
        store.delete(surplus);
      }
    } catch (BackupException | RuntimeException e) {
      if (!failure.equals(written.get(project))) {
        pending.putIfAbsent(project, failure);
      }
      LOG.debug("the failure of {} could not be recorded in the store", project, e);
    }
  }

  private void put(Recorded failure) throws BackupException {
    byte[] bytes = (failure.message() + "\n").getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_BYTES);
    try {
      store.put(failure.key(), Content.of(new ByteArrayInputStream(bytes, 0, length), length));
    } catch (BackupExistsException alreadyThere) {
      // Another failure in the same second; one of them is enough.
    }
  }

  /** All but the last failure of each of the last days with one. */
  private static Set<BackupKey> surplus(Collection<StoredBackup> listing) {
    Set<BackupKey> surplus = new HashSet<>();
    Set<LocalDate> days = new HashSet<>();
    for (Recorded one : newestFirst(listing)) {
      if (!days.add(one.day()) || days.size() > DAYS) {
        surplus.add(one.key());
      }
    }
    return surplus;
  }

  private static List<Recorded> newestFirst(Collection<StoredBackup> listing) {
    return listing.stream()
        .map(StoredBackup::key)
        .map(FailureLog::parse)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(Recorded::at).thenComparing(Recorded::key).reversed())
        .toList();
  }

  private static Optional<Recorded> parse(BackupKey key) {
    Matcher matcher = NAME.matcher(key.name());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    FailedRun.Reason reason = FailedRun.Reason.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
    return TimeText.parse(matcher.group(2)).map(at -> new Recorded(key, reason, at, ""));
  }
}
