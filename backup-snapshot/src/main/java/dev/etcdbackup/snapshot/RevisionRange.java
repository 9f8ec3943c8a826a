package dev.etcdbackup.snapshot;

/**
 * The revisions that can be read: from the compacted one to the latest one, as the server counts
 * them. A server without events is at revision 1.
 */
record RevisionRange(long compact, long latest) {
  static RevisionRange of(long lastRevision, long compact) {
    return new RevisionRange(compact, Math.max(Math.max(lastRevision, 1), compact));
  }

  /** The number of a revision. */
  long resolve(Revision revision) {
    long number = revision.number().orElse(latest);
    if (number < compact || number > latest) {
      throw new RevisionNotRetainedException(number, Math.max(compact, 1), latest);
    }
    return number;
  }
}
