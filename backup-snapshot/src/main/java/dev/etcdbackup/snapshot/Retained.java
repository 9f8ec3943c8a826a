package dev.etcdbackup.snapshot;

/**
 * The revisions whose state can be told: from the compacted one to the current one, as the server
 * counts them. A server without events is at revision 1.
 */
record Retained(long compact, long current) {
  static Retained of(long lastRevision, long compact) {
    return new Retained(compact, Math.max(Math.max(lastRevision, 1), compact));
  }

  /** Checks a revision; 0 stands for the current one. */
  long require(long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("revision must be 0 or more, not " + revision);
    }
    if (revision == 0) {
      return current;
    }
    if (revision < compact || revision > current) {
      throw new RevisionNotRetainedException(revision, Math.max(compact, 1), current);
    }
    return revision;
  }
}
