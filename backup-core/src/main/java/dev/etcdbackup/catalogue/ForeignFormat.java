package dev.etcdbackup.catalogue;

import java.util.Objects;

/**
 * A format of names in which another tool writes its backups.
 *
 * <p>Immutable and thread-safe.
 *
 * @param label the name of the format in lists, documents and options, for example {@code k3s}:
 *     lower case, with {@code -} between words
 * @param tool the tool that writes these names, for people
 * @param example a name as the tool writes it
 */
public record ForeignFormat(String label, String tool, String example) {
  /** Checks the values. */
  public ForeignFormat {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(tool, "tool");
    Objects.requireNonNull(example, "example");
  }

  /** The label. */
  @Override
  public String toString() {
    return label;
  }
}
