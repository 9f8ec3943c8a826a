package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.TimeText;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record in the store that a backup of a project was opened with a private key and passed a test
 * restore, so that coverage can report when that was last tried. It is the object {@code
 * PROJECT/.etcd-backup/opened/key_KEYID_TIME} with a text for people; it is no backup, and anyone
 * who may write to the store can forge it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param at when, in whole seconds
 * @param keyId the id of the key, letters and digits
 */
public record KeyUse(Instant at, String keyId) {
  private static final String DIRECTORY = BackupKey.RESERVED + "/opened/";
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{1,64}");
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(DIRECTORY) + "key_([0-9A-Za-z]{1,64})_([0-9:-]{19})");

  /**
   * Truncates the time to seconds.
   *
   * @throws IllegalArgumentException when the key id is not 1 to 64 letters and digits
   */
  public KeyUse {
    at = at.truncatedTo(ChronoUnit.SECONDS);
    if (!ID.matcher(keyId).matches()) {
      throw new IllegalArgumentException("keyId must be 1 to 64 letters and digits, not " + keyId);
    }
  }

  /**
   * Finds the last record of a project, with one listing of what is kept beside its backups.
   *
   * @param store the store
   * @param project the project
   * @return the last record; empty when there is none
   * @throws StoreException when the store failed
   */
  public static Optional<KeyUse> last(BackupStore store, String project) throws BackupException {
    return last(
        store.list(Objects.requireNonNull(project, "project") + '/' + BackupKey.RESERVED).stream()
            .map(one -> Backup.of(one, ZoneOffset.UTC))
            .toList());
  }

  /**
   * Finds the last record in a listing of the marks of a project.
   *
   * @param marks the listing; anything else in it is ignored
   * @return the last record; empty when there is none
   */
  public static Optional<KeyUse> last(Collection<Backup> marks) {
    return marks.stream()
        .flatMap(one -> parse(one.key().name()).stream())
        .max(Comparator.comparing(KeyUse::at));
  }

  /**
   * Stores this record. Does nothing when it exists already.
   *
   * @param store the store
   * @param project the project
   * @throws IllegalArgumentException when the project cannot be part of a key
   * @throws StoreException when the store failed
   */
  public void put(BackupStore store, String project) throws BackupException {
    String stamp = TimeText.format(at);
    String text =
        "etcd-backup: a backup of " + project + " was opened with the private key " + keyId + "\n";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      store.put(
          BackupKey.of(project, DIRECTORY + "key_" + keyId + "_" + stamp),
          Content.of(new ByteArrayInputStream(bytes), bytes.length));
    } catch (BackupExistsException alreadyThere) {
      // It has the same name and therefore the same meaning.
    }
  }

  private static Optional<KeyUse> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return TimeText.parse(matcher.group(2)).map(at -> new KeyUse(at, matcher.group(1)));
  }
}
