package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.snapshot.HashKv;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How far a restore of a StatefulSet has got. Stored by the application, in the status of a
 * resource for example, after each call that returns one; a restore goes on from the last stored
 * state after the application was killed.
 *
 * <p>Immutable and thread-safe.
 *
 * @param id identifies the restore in names and labels; made of the time at which it began
 * @param step the step that is run next; with {@link RestoreStep#isLast} there is none
 * @param approvedBy who approved the restore
 * @param members the number of members, 1 or more
 * @param backup the backup to be restored; empty for a cluster without data
 * @param hash the HashKV of the backup; empty when it is not known, then members are compared with
 *     each other only
 * @param since when the step began; its deadline is counted from then
 * @param attempt 1, and one more for each {@link #retried}
 * @param message what is waited for, or what the last step did, in one line; may be empty
 */
public record RestoreState(
    String id,
    RestoreStep step,
    String approvedBy,
    int members,
    Optional<BackupKey> backup,
    Optional<HashKv> hash,
    Instant since,
    int attempt,
    String message) {
  /**
   * Checks that nothing is missing.
   *
   * @throws IllegalArgumentException when members or attempt are less than 1
   */
  public RestoreState {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(approvedBy, "approvedBy");
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(hash, "hash");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(message, "message");
    if (members < 1 || attempt < 1) {
      throw new IllegalArgumentException(
          "members and attempt must be 1 or more, not " + members + " and " + attempt);
    }
  }

  /**
   * Returns the state as text, for the status of a resource.
   *
   * @return the fields by their names, in the order above; those that are empty are absent
   */
  public Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("id", id);
    fields.put("step", step.name());
    fields.put("approvedBy", approvedBy);
    fields.put("members", Integer.toString(members));
    backup.ifPresent(key -> fields.put("backup", key.toString()));
    hash.ifPresent(
        one -> {
          fields.put("hash", Long.toString(one.hash()));
          fields.put("hashRevision", Long.toString(one.revision()));
          fields.put("hashCompactRevision", Long.toString(one.compactRevision()));
        });
    fields.put("since", since.toString());
    fields.put("attempt", Integer.toString(attempt));
    fields.put("message", message);
    return fields;
  }

  /**
   * Reads what {@link #fields} returned.
   *
   * @param fields the fields
   * @return the state
   * @throws IllegalArgumentException when a field is missing or is not what {@link #fields} writes
   */
  public static RestoreState of(Map<String, String> fields) {
    try {
      Optional<HashKv> hash =
          fields.containsKey("hash")
              ? Optional.of(
                  new HashKv(
                      Long.parseLong(field(fields, "hash")),
                      Long.parseLong(field(fields, "hashRevision")),
                      Long.parseLong(field(fields, "hashCompactRevision"))))
              : Optional.empty();
      return new RestoreState(
          field(fields, "id"),
          RestoreStep.valueOf(field(fields, "step")),
          field(fields, "approvedBy"),
          Integer.parseInt(field(fields, "members")),
          Optional.ofNullable(fields.get("backup")).map(BackupKey::parse),
          hash,
          Instant.parse(field(fields, "since")),
          Integer.parseInt(field(fields, "attempt")),
          fields.getOrDefault("message", ""));
    } catch (java.time.DateTimeException e) {
      throw new IllegalArgumentException("the state of the restore has no valid time", e);
    }
  }

  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the state of the restore has no field " + name);
    }
    return value;
  }

  /**
   * Returns the state from which a failed step is tried again, with a new deadline. Jobs that
   * failed, and the claims that they wrote to, are replaced.
   *
   * @param now the current time
   * @return the state
   */
  public RestoreState retried(Instant now) {
    return new RestoreState(
        id, step, approvedBy, members, backup, hash, now, attempt + 1, "tried again");
  }

  RestoreState with(Optional<BackupKey> newBackup, Optional<HashKv> newHash) {
    return new RestoreState(
        id, step, approvedBy, members, newBackup, newHash, since, attempt, message);
  }

  RestoreState at(RestoreStep newStep, Instant now, String newMessage) {
    return new RestoreState(
        id, newStep, approvedBy, members, backup, hash, now, attempt, newMessage);
  }

  RestoreState waiting(String newMessage) {
    return at(step, since, newMessage);
  }
}
