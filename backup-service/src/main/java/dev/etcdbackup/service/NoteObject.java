package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.TimeText;
import dev.etcdbackup.service.BackupNote.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The object of a note, {@code PROJECT/.etcd-backup/notes/KIND/NAME/[until_TIME_]since_TIME}. Its
 * key contains all that decides something; its content is the text.
 *
 * @param stored the object
 * @param note the note, without its text
 */
record NoteObject(StoredBackup stored, BackupNote note) {
  static final String DIRECTORY = BackupKey.RESERVED + "/notes/";
  static final int MAX_TEXT_BYTES = 2000;

  private static final Pattern NAME =
      Pattern.compile(
          "(pin|note|bad|verified|drilled)/(.+)/(?:until_([0-9:-]{19})_)?since_([0-9:-]{19})",
          Pattern.DOTALL);

  /** Returns the key of the object of a note. */
  static BackupKey key(BackupNote note) {
    String until = note.until().map(end -> "until_" + TimeText.format(end) + "_").orElse("");
    return BackupKey.of(
        note.key().project(),
        DIRECTORY
            + note.kind().word()
            + "/"
            + note.key().name()
            + "/"
            + until
            + "since_"
            + TimeText.format(note.since()));
  }

  /** Parses the key of an object; returns empty when it is not that of a note. */
  static Optional<NoteObject> of(StoredBackup stored) {
    String name = stored.key().name();
    if (!name.startsWith(DIRECTORY)) {
      return Optional.empty();
    }
    Matcher matcher = NAME.matcher(name.substring(DIRECTORY.length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Optional<Instant> since = TimeText.parse(matcher.group(4));
    Optional<Instant> until = Optional.ofNullable(matcher.group(3)).flatMap(TimeText::parse);
    if (since.isEmpty() || (matcher.group(3) != null && until.isEmpty())) {
      return Optional.empty(); // a day that does not exist
    }
    BackupKey key = BackupKey.parse(stored.key().project() + '/' + matcher.group(2));
    Kind kind = Kind.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
    return Optional.of(new NoteObject(stored, new BackupNote(key, kind, since.get(), until, "")));
  }

  /**
   * Returns the note with its text. A text that cannot be read does not cancel a pin: it is
   * replaced by the problem.
   */
  BackupNote read(BackupStore store) {
    String text;
    try (InputStream in =
        store.open(stored, 0, Math.min(stored.size(), 2L * NoteObject.MAX_TEXT_BYTES))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (BackupException e) {
      text = "(the text cannot be read: " + e.getMessage() + ")";
    } catch (IOException e) {
      text = "(the text cannot be read)";
    }
    return new BackupNote(
        note.key(), note.kind(), note.since(), note.until(), text.lines().findFirst().orElse(""));
  }
}
