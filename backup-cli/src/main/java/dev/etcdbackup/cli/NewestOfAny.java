package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The newest snapshot of a project, taken by any tool: {@code latest --any}. */
final class NewestOfAny {
  private static final int UNREADABLE = 2;

  private final EtcdBackupCommand root;
  private final BackupService service;

  NewestOfAny(EtcdBackupCommand root, BackupService service) {
    this.root = root;
    this.service = service;
  }

  private record Dated(Backup backup, Instant time) {
    static final Comparator<Dated> NEWEST_FIRST =
        Comparator.comparing(Dated::time)
            .thenComparing(Dated::backup, Backup.OLDEST_FIRST)
            .reversed();
  }

  Optional<Backup> newest(String project) throws BackupException {
    return candidates(project).stream().findFirst();
  }

  /**
   * The newest that verifies and is not marked bad; the newer ones are reported.
   *
   * @throws BackupException also when none is good, and one could not be read or decrypted
   */
  Optional<Backup> good(String project) throws BackupException {
    List<Backup> candidates = candidates(project);
    Map<BackupKey, BackupNote> bad = markedBad(project);
    List<BackupException> unread = new ArrayList<>();
    Optional<KeyUnavailableException> locked = Optional.empty();
    for (Backup backup : candidates) {
      BackupNote marked = bad.get(backup.key());
      if (marked != null) {
        skipped(backup, ": " + marked);
        continue;
      }
      try {
        List<String> problems = service.verify(backup).problems();
        if (problems.isEmpty()) {
          return Optional.of(backup);
        }
        skipped(backup, Scrub.summary(problems));
      } catch (BackupNotFoundException e) {
        skipped(backup, ": it was deleted meanwhile");
      } catch (KeyUnavailableException e) {
        locked = locked.or(() -> Optional.of(e));
        skipped(backup, ": " + e.getMessage());
      } catch (StoreException e) {
        unread.add(e);
        if (unread.size() > UNREADABLE || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        skipped(backup, ": " + e.getMessage());
      }
    }
    if (!unread.isEmpty()) {
      throw unread.get(0);
    }
    if (locked.isPresent()) {
      throw locked.get();
    }
    boolean none = candidates.isEmpty();
    root.failures()
        .report(
            none ? "found no backup of " + project : "NO GOOD BACKUP of " + project + " is left",
            0);
    return Optional.empty();
  }

  private Map<BackupKey, BackupNote> markedBad(String project) throws BackupException {
    return service.notes().list(project).stream()
        .filter(note -> note.kind() == BackupNote.Kind.BAD)
        .collect(Collectors.toMap(BackupNote::key, Function.identity(), (one, other) -> one));
  }

  private void skipped(Backup backup, String why) {
    root.failures().report("SKIPPED " + backup.key() + why, 0);
  }

  private List<Backup> candidates(String project) throws BackupException {
    List<Backup> listing = service.listReadable(project, root::warnIncomplete);
    Catalogue catalogue = root.catalogue();
    Instant latest = root.clock().instant().plus(Duration.ofHours(1));
    Stream<Dated> own =
        listing.stream()
            .filter(one -> one.kind().hasSeries())
            .flatMap(one -> one.time().stream().map(time -> new Dated(one, time)));
    Stream<Dated> foreign = catalogue.snapshots(listing).stream().map(NewestOfAny::dated);
    return Stream.concat(own, foreign)
        .filter(one -> !one.time().isAfter(latest))
        .sorted(Dated.NEWEST_FIRST)
        .map(Dated::backup)
        .toList();
  }

  private static Dated dated(ForeignBackup one) {
    return new Dated(one.backup(), one.time());
  }
}
