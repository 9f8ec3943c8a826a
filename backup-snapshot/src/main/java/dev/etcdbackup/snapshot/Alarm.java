package dev.etcdbackup.snapshot;

/**
 * An alarm that is raised. It survives a restore.
 *
 * @param memberId the member that raised it, an unsigned number
 * @param type which alarm
 */
public record Alarm(long memberId, Type type) {
  /** The types of alarms. */
  public enum Type {
    /** The space quota is exceeded; nothing can be written. */
    NOSPACE,
    /** Members hold different data. */
    CORRUPT,
    /** One that this version does not know. */
    UNKNOWN
  }
}
