package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.name.BackupKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Verifies the backups of a project from the newest backwards, up to the first good one. */
final class NewestGoodSearch {
  private static final Comparator<Backup> MANUAL_LAST_THEN_NEWEST_FIRST =
      Comparator.comparing((Backup one) -> one.kind() == BackupKind.OTHER)
          .thenComparing(
              (a, b) ->
                  a.kind() == BackupKind.OTHER
                      ? b.stored().lastModified().compareTo(a.stored().lastModified())
                      : Backup.OLDEST_FIRST.compare(b, a));

  private final NewestGoodRequest request;
  private final Check check;
  private final Map<BackupKey, BackupNote> bad = new HashMap<>();
  private final List<NewestGood.PassedOver> passedOver = new ArrayList<>();

  /** Verifies one backup. */
  interface Check {
    Verification verify(Backup backup) throws BackupException;
  }

  NewestGoodSearch(NewestGoodRequest request, Check check, List<BackupNote> bad) {
    this.request = request;
    this.check = check;
    bad.forEach(note -> this.bad.put(note.key(), note));
  }

  NewestGood find(List<Backup> listing, Instant now) throws BackupException {
    List<StoreException> unread = new ArrayList<>();
    List<KeyUnavailableException> locked = new ArrayList<>();
    for (Backup backup : candidates(listing, now)) {
      BackupNote marked = bad.get(backup.key());
      if (marked != null) {
        passOver(backup, List.of(marked.toString()));
        continue;
      }
      try {
        List<String> problems = check.verify(backup).problems();
        if (problems.isEmpty()) {
          return new NewestGood(Optional.of(backup), passedOver);
        }
        passOver(backup, problems);
      } catch (BackupNotFoundException e) {
        passOver(backup, List.of("it was deleted meanwhile"));
      } catch (KeyUnavailableException e) {
        locked.add(e);
        passOver(backup, List.of(String.valueOf(e.getMessage())));
      } catch (StoreException e) {
        unread.add(e);
        if (unread.size() > request.unreadable() || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        passOver(backup, List.of(String.valueOf(e.getMessage())));
      }
    }
    if (!unread.isEmpty()) {
      throw unread.get(0);
    }
    if (!locked.isEmpty()) {
      throw locked.get(0);
    }
    return new NewestGood(Optional.empty(), passedOver);
  }

  private List<Backup> candidates(List<Backup> listing, Instant now) {
    return listing.stream()
        .filter(
            one -> one.kind().hasSeries() || (request.manual() && one.kind() == BackupKind.OTHER))
        .filter(one -> !one.isDatedAhead(now))
        .sorted(MANUAL_LAST_THEN_NEWEST_FIRST)
        .toList();
  }

  private void passOver(Backup backup, List<String> problems) {
    NewestGood.PassedOver one = new NewestGood.PassedOver(backup, problems);
    passedOver.add(one);
    request.listener().accept(one);
  }
}
