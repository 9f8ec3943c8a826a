package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.service.BackupNote.Kind;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The pins, notes and marks of the backups of one store. They are small objects below {@code
 * PROJECT/.etcd-backup/notes/}, which are not backups and never decide whether a backup exists.
 * Deleting one of them loses the pin or the note; deleting a backup by a prune deletes its notes.
 *
 * <p>A pinned backup is not deleted by any policy, as long as the pin holds, and neither are its
 * copies in other encodings. {@link BackupService#delete} deletes it all the same. A backup that is
 * marked bad is skipped without being read by {@link BackupService#newestGood} and does not count
 * for a policy.
 *
 * <p>A note can be written on every backup whose key is {@linkplain BackupKey#requireWritable()
 * writable} and has at most 949 bytes of UTF-8; the methods that write one throw {@link
 * IllegalArgumentException} for others. Each takes a look-up, a listing of the notes, a put, and a
 * delete when there is an earlier note.
 *
 * <p>Thread-safe, also with other processes: of two notes of one kind that are written on a backup
 * at the same moment, both may stay. Calls block, as those of the store do.
 */
public final class BackupNotes {
  private static final int MAX_SECONDS_AHEAD = 60;
  private static final Instant LATEST_END = Instant.parse("9999-12-31T23:59:59Z");

  private final BackupStore store;
  private final InstantSource clock;

  private BackupNotes(BackupStore store, InstantSource clock) {
    this.store = Objects.requireNonNull(store, "store");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Returns the notes of a store.
   *
   * @param store the store; remains the caller's
   * @param clock the clock that dates notes and decides whether a pin has ended
   * @return the notes
   */
  public static BackupNotes of(BackupStore store, InstantSource clock) {
    return new BackupNotes(store, clock);
  }

  /**
   * Pins a backup, in place of an earlier pin.
   *
   * @param key the backup
   * @param reason the reason, one line of 1 to 2,000 bytes of UTF-8
   * @param until when the pin ends, in the future and before the year 10000, cut to the second;
   *     empty for never
   * @throws IllegalArgumentException when the reason or the time is not as described
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed; the backup may be pinned. A backup that was
   *     pinned before is pinned in any case, by the earlier pin or by this one
   */
  public void pin(BackupKey key, String reason, Optional<Instant> until) throws BackupException {
    Optional<Instant> end = until.map(at -> at.truncatedTo(ChronoUnit.SECONDS));
    if (end.isPresent() && !end.get().isAfter(clock.instant())) {
      throw new IllegalArgumentException(
          "until must be in the future, not " + end.get() + "; a pin that has ended keeps nothing");
    }
    if (end.isPresent() && end.get().isAfter(LATEST_END)) { // its object would not be read as a pin
      throw new IllegalArgumentException(
          "until must be at most " + LATEST_END + ", not " + end.get() + "; or empty for never");
    }
    replace(key, Kind.PIN, end, requireText("reason", reason));
  }

  /**
   * Writes a note for people, in place of an earlier one.
   *
   * @param key the backup
   * @param text the note, one line of 1 to 2,000 bytes of UTF-8
   * @throws IllegalArgumentException when the text is not as described
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed; the note may be written
   */
  public void note(BackupKey key, String text) throws BackupException {
    replace(key, Kind.NOTE, Optional.empty(), requireText("note", text));
  }

  /**
   * Marks a backup as bad, in place of an earlier mark.
   *
   * @param key the backup
   * @param reason the reason, one line of 1 to 2,000 bytes of UTF-8
   * @throws IllegalArgumentException when the reason is not as described
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed; the backup may be marked
   */
  public void markBad(BackupKey key, String reason) throws BackupException {
    replace(key, Kind.BAD, Optional.empty(), requireText("reason", reason));
  }

  /**
   * Records that a backup was verified now, in place of an earlier record.
   *
   * @param key the backup
   * @param how how it was verified, one line of 1 to 2,000 bytes of UTF-8
   * @throws IllegalArgumentException when the text is not as described
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed; the record may be written
   */
  public void markVerified(BackupKey key, String how) throws BackupException {
    replace(key, Kind.VERIFIED, Optional.empty(), requireText("how", how));
  }

  /**
   * Records that a backup was restored in a drill now, in place of an earlier record.
   *
   * @param key the backup
   * @param how how long that took, one line of 1 to 2,000 bytes of UTF-8
   * @throws IllegalArgumentException when the text is not as described
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed; the record may be written
   */
  public void markDrilled(BackupKey key, String how) throws BackupException {
    replace(key, Kind.DRILLED, Optional.empty(), requireText("how", how));
  }

  /**
   * Records that a backup was restored in a drill now, with the two times that matter after a loss:
   * {@link BackupNote#restoreTime} and {@link BackupNote#dataAge} return them.
   *
   * @param key the backup
   * @param took how long the drill took (RTO), 0 or more, cut to the millisecond
   * @param age how old the backup was then (RPO), cut to the second; less than 0 counts as 0
   * @throws IllegalArgumentException when {@code took} is negative
   * @throws BackupNotFoundException when the backup does not exist
   * @throws StoreException when the store failed; the record may be written
   */
  public void markDrilled(BackupKey key, Duration took, Duration age) throws BackupException {
    if (took.isNegative()) {
      throw new IllegalArgumentException("took must be 0 or more, not " + took);
    }
    markDrilled(key, BackupNote.drillText(took, age));
  }

  /**
   * Removes the notes of one kind from a backup, which may have been deleted.
   *
   * @param key the backup
   * @param kind the kind
   * @return false when there was none
   * @throws IllegalArgumentException when the key has no project
   * @throws StoreException when the store failed or did not delete one of them
   */
  public boolean remove(BackupKey key, Kind kind) throws BackupException {
    List<NoteObject> found = find(key, Objects.requireNonNull(kind, "kind"));
    delete(found);
    return !found.isEmpty();
  }

  /**
   * Lists the notes of a project, those of deleted backups too, with one listing and a request for
   * each note that has a text. Pins that have ended are left out.
   *
   * @param project the project
   * @return the notes, in the order of the keys of their objects
   * @throws IllegalArgumentException when the project cannot be part of a key
   * @throws StoreException when the listing is incomplete. A text that cannot be read does not
   *     throw: the note says so
   */
  public List<BackupNote> list(String project) throws BackupException {
    return list(project, kind -> true, kind -> true);
  }

  /** Lists the notes that matter to a prune or a search, with the texts of pins and bad marks. */
  List<BackupNote> list(String project, Predicate<Kind> kinds) throws BackupException {
    return list(project, kinds, kind -> kind == Kind.PIN || kind == Kind.BAD);
  }

  private List<BackupNote> list(String project, Predicate<Kind> kinds, Predicate<Kind> withText)
      throws BackupException {
    Instant now = clock.instant();
    List<BackupNote> notes = new ArrayList<>();
    for (NoteObject one : objects(project)) {
      if (one.note().holds(now) && kinds.test(one.note().kind())) {
        notes.add(withText.test(one.note().kind()) ? one.read(store) : one.note());
      }
    }
    return notes;
  }

  /**
   * Deletes the notes of backups that were deleted. They mean nothing any more, so those that the
   * store does not delete are left.
   */
  void forget(String project, Collection<BackupKey> deleted) throws BackupException {
    List<BackupKey> gone =
        objects(project).stream()
            .filter(one -> deleted.contains(one.note().key()))
            .map(one -> one.stored().key())
            .toList();
    if (!gone.isEmpty()) {
      store.delete(gone);
    }
  }

  private List<NoteObject> objects(String project) throws BackupException {
    return store.list(BackupKey.requireProject(project) + '/' + BackupKey.RESERVED).stream()
        .flatMap(stored -> NoteObject.of(stored).stream())
        .toList();
  }

  private List<NoteObject> find(BackupKey key, Kind kind) throws BackupException {
    return objects(key.project()).stream()
        .filter(one -> one.note().key().equals(key) && one.note().kind() == kind)
        .toList();
  }

  /** Writes the new object before the earlier ones are deleted, so that a pin never lapses. */
  private void replace(BackupKey key, Kind kind, Optional<Instant> until, String text)
      throws BackupException {
    key.requireWritable();
    if (key.isReserved() || store.find(key).isEmpty()) {
      throw new BackupNotFoundException(key);
    }
    List<NoteObject> earlier = find(key, kind);
    put(key, kind, until, text);
    delete(earlier);
  }

  private void put(BackupKey key, Kind kind, Optional<Instant> until, String text)
      throws BackupException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    Instant since = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    for (int attempt = 0; ; attempt++) {
      BackupNote note = new BackupNote(key, kind, since.plusSeconds(attempt), until, text);
      try {
        store.put(NoteObject.key(note), Content.of(new ByteArrayInputStream(bytes), bytes.length));
        return;
      } catch (BackupExistsException e) {
        if (attempt == MAX_SECONDS_AHEAD) {
          throw e;
        }
      }
    }
  }

  private void delete(List<NoteObject> objects) throws BackupException {
    if (objects.isEmpty()) {
      return;
    }
    List<BackupKey> keys = objects.stream().map(one -> one.stored().key()).toList();
    DeleteResult result = store.delete(keys);
    if (!result.refused().isEmpty()) {
      String reason = result.refused().values().iterator().next();
      throw new StoreException(
          "an earlier note on " + objects.get(0).note().key() + " was not deleted: " + reason,
          null);
    }
  }

  private static String requireText(String what, String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (text.isBlank() || bytes > NoteObject.MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          what + " must be 1 to " + NoteObject.MAX_TEXT_BYTES + " bytes long, not " + bytes);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(what + " must be one line without control characters");
    }
    return text.strip();
  }
}
