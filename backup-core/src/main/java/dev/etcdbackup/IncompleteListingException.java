package dev.etcdbackup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reports that a store could list only a part of what it holds, for example because the server
 * cannot write down one of the keys.
 *
 * <p>What could be listed may be shown, read, verified and restored. It must not decide what is
 * deleted, because the backups that are missing from it may be the ones that a policy would keep.
 */
public final class IncompleteListingException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable List<StoredBackup> listed; // lost when serialized

  /**
   * Creates the exception.
   *
   * @param message what is missing, in one line, with the prefix of its keys
   * @param cause what led to it, or null
   * @param listed what could be listed
   */
  public IncompleteListingException(
      String message, @Nullable Throwable cause, List<StoredBackup> listed) {
    super(message, cause);
    this.listed = List.copyOf(listed);
  }

  /**
   * Returns the part of the listing that could be read, in the order of the keys.
   *
   * @return the objects; empty after the exception was serialized
   */
  public List<StoredBackup> listed() {
    return listed == null ? List.of() : listed;
  }
}
