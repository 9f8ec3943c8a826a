package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key under which a backup is stored, {@code PROJECT/NAME}.
 *
 * <p>The project is the first segment; the name is the rest and may contain further slashes. Other
 * programs may write to a store, so any text can be the key of a <em>listed</em> object; a key
 * under which a backup is <em>written</em> must pass {@link #requireWritable()}.
 *
 * <p>Immutable and thread-safe. Keys are ordered by their UTF-8 bytes, as S3 lists them; for the
 * order by age, see {@link Backup#OLDEST_FIRST}.
 */
public final class BackupKey implements Comparable<BackupKey> {
  /**
   * The directory in which this library keeps objects that are not backups, at the root of a store
   * and in each project.
   */
  public static final String RESERVED = ".etcd-backup";

  /**
   * Names that file systems use for their own directories and files: snapshots of ZFS, NetApp and
   * btrfs, macOS, NFS, FUSE.
   */
  private static final Pattern LEFT_BY_FILE_SYSTEMS =
      Pattern.compile(
          "(?:.*/)?(?:\\.snapshots?|~snapshot|\\.zfs|\\.DS_Store|\\.nfs[0-9a-f]{8,}"
              + "|\\.fuse_hidden[0-9a-f]{8,})(?:/.*)?",
          Pattern.DOTALL);

  private static final int MAX_BYTES = 1024; // S3's limit for a key

  private final String text;
  private final int slash;

  private BackupKey(String text) {
    this.text = Objects.requireNonNull(text, "text");
    this.slash = text.indexOf('/');
  }

  /**
   * Returns a key under which a backup can be written.
   *
   * @param project the project: one segment, without a slash
   * @param name the name below the project
   * @return the key, which is {@linkplain #requireWritable() writable}
   * @throws IllegalArgumentException when the key would not be writable; the message names the key
   *     and the rule
   */
  public static BackupKey of(String project, String name) {
    requireProject(project);
    Objects.requireNonNull(name, "name");
    return new BackupKey(project + '/' + name).requireWritable();
  }

  /**
   * Returns a key as it was listed by a store or typed by a user. Accepts every text.
   *
   * @param text the full key
   * @return the key
   */
  public static BackupKey parse(String text) {
    return new BackupKey(text);
  }

  /**
   * Checks that a text can name a project.
   *
   * @param project the text
   * @return the text
   * @throws IllegalArgumentException when it is empty, {@code .} or {@code ..}, {@value #RESERVED},
   *     a name that {@linkplain #isLeftByFileSystems file systems use}, contains a slash, a
   *     backslash, a control character or an unpaired surrogate, or has more than 255 bytes of
   *     UTF-8; the message names the rule and the value, of which it shows the first 200 characters
   */
  public static String requireProject(String project) {
    requireSegment("project", project);
    if (project.indexOf('/') >= 0) {
      throw invalid("project", project, "must not contain '/'");
    }
    if (project.equals(RESERVED)) {
      throw invalid("project", project, "is reserved");
    }
    if (new BackupKey(project).isLeftByFileSystems()) {
      throw invalid("project", project, "is a name that file systems use for themselves");
    }
    return project;
  }

  /**
   * Checks that a backup may be written under this key in every store: a project and a name of one
   * or more segments, none of them empty, {@code .} or {@code ..}; no backslash, no control
   * character, no unpaired surrogate; 1 to 1024 bytes of UTF-8, and 255 at most in a segment (the
   * limits of S3 and of file systems); not below {@value #RESERVED} at the root, and not a name
   * that {@linkplain #isLeftByFileSystems file systems use}.
   *
   * @return this key
   * @throws IllegalArgumentException when it is not writable; the message names the key and the
   *     rule
   */
  public BackupKey requireWritable() {
    if (slash < 0) {
      throw invalid("key", text, "must be PROJECT/NAME");
    }
    requireProject(project());
    if (isLeftByFileSystems()) {
      throw invalid("key", text, "must not have a segment that file systems use for themselves");
    }
    int from = slash + 1;
    for (int to; from <= text.length(); from = to + 1) {
      to = text.indexOf('/', from);
      to = to < 0 ? text.length() : to;
      requireSegment("key", text, text.substring(from, to));
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw invalid("key", text, "is " + bytes + " bytes long, at most " + MAX_BYTES + " fit");
    }
    return this;
  }

  /**
   * Returns whether this key is below {@value #RESERVED}, at the root of the store or in a project.
   * Such an object is never a backup.
   *
   * @return true if it is
   */
  public boolean isReserved() {
    return text.startsWith(RESERVED + '/') || name().startsWith(RESERVED + '/');
  }

  /**
   * Returns whether a segment of this key is a name that file systems and their tools use for their
   * own files: {@code .snapshot}, {@code .snapshots}, {@code ~snapshot}, {@code .zfs}, {@code
   * .DS_Store}, {@code .nfs} or {@code .fuse_hidden} with 8 or more lower-case hexadecimal digits.
   * Such an object is never a backup.
   *
   * @return true if at least one segment is
   */
  public boolean isLeftByFileSystems() {
    // Hardly any key has such a segment, and listings ask this of each of 100,000.
    return (text.startsWith(".")
            || text.startsWith("~")
            || text.contains("/.")
            || text.contains("/~"))
        && LEFT_BY_FILE_SYSTEMS.matcher(text).matches();
  }

  /**
   * Returns the first segment.
   *
   * @return the project; empty for an object at the root of the store
   */
  public String project() {
    return slash < 0 ? "" : text.substring(0, slash);
  }

  /** Returns whether this is the project, without making a text of it. */
  boolean isIn(String project) {
    return Math.max(slash, 0) == project.length() && text.startsWith(project);
  }

  /**
   * Returns the part after the project.
   *
   * @return the name; the whole text for an object at the root of the store
   */
  public String name() {
    return text.substring(slash + 1);
  }

  @Override
  public int compareTo(BackupKey other) {
    return BackupName.compareUtf8(text, other.text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BackupKey that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /**
   * Returns the full key as it is stored. It is not escaped: escape control characters before
   * printing it to a terminal.
   */
  @Override
  public String toString() {
    return text;
  }

  private static void requireSegment(String what, String whole) {
    requireSegment(what, whole, whole);
  }

  private static void requireSegment(String what, String whole, String segment) {
    if (segment.isEmpty()) {
      throw invalid(what, whole, "must not be empty or have an empty segment");
    }
    if (segment.equals(".") || segment.equals("..")) {
      throw invalid(what, whole, "must not have the segment '" + segment + "'");
    }
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (Character.isISOControl(c) || c == '\\') {
        throw invalid(what, whole, "must not contain control characters or backslashes");
      }
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(segment)) {
      throw invalid(what, whole, "must not contain unpaired surrogates");
    }
    if (segment.getBytes(StandardCharsets.UTF_8).length > 255) {
      throw invalid(what, whole, "must not have a segment of more than 255 bytes");
    }
  }

  private static IllegalArgumentException invalid(String what, String value, String rule) {
    StringBuilder shown = new StringBuilder(what).append(" '");
    value
        .codePoints()
        .limit(200)
        .forEach(c -> shown.appendCodePoint(BackupName.isShown(c) ? c : '\uFFFD'));
    return new IllegalArgumentException(shown.append("' ").append(rule).toString());
  }
}
