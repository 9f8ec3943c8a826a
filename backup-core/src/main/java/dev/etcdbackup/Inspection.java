package dev.etcdbackup;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What was found in a stored backup.
 *
 * <p>Immutable and thread-safe.
 *
 * @param outcome whether it is good
 * @param problems the problems, or why it was not verified, one line each; empty when it is good
 * @param revision etcd's revision in the snapshot, exactly; empty unless it is good
 * @param etcdVersion the line of etcd that wrote it, for example {@code 3.5}; empty when it is not
 *     known
 * @param databaseSize the size of the database in bytes, unpacked; empty unless it is good
 */
public record Inspection(
    Outcome outcome,
    List<String> problems,
    OptionalLong revision,
    String etcdVersion,
    OptionalLong databaseSize) {
  /** Whether a backup is good. */
  public enum Outcome {
    /** It was opened and verified to its end. */
    GOOD,
    /** It was opened, and it is damaged. */
    DAMAGED,
    /** It does not open: it is no snapshot, or an archive that cannot be unpacked. */
    NO_SNAPSHOT,
    /** It is not known: a key or an encoding is missing here. */
    NOT_VERIFIED
  }

  /** Copies the list. */
  public Inspection {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(etcdVersion, "etcdVersion");
    Objects.requireNonNull(databaseSize, "databaseSize");
    problems = List.copyOf(problems);
  }

  /**
   * Returns a result without facts about the snapshot.
   *
   * @param outcome damaged, no snapshot or not verified
   * @param problems the problems, or why it was not verified
   * @return the result
   */
  public static Inspection without(Outcome outcome, List<String> problems) {
    return new Inspection(outcome, problems, OptionalLong.empty(), "", OptionalLong.empty());
  }

  /**
   * Returns whether the backup is good.
   *
   * @return true for {@link Outcome#GOOD}
   */
  public boolean ok() {
    return outcome == Outcome.GOOD;
  }
}
