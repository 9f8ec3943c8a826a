package dev.etcdbackup.snapshot;

/**
 * A defect that was found in a snapshot.
 *
 * @param kind what kind of thing
 * @param page the page it was found on, -1 when it concerns the whole file
 * @param offset where in the file, in bytes; -1 when it concerns the whole file
 * @param message what was found, in one line
 */
public record Problem(Kind kind, long page, long offset, String message) {
  /** The kinds of defects. */
  public enum Kind {
    /** The file is of another format, compressed for example. */
    FORMAT,
    /** There is no SHA-256 at the end, or it is not that of what is before it. */
    TRAILER,
    /** The file is longer or shorter than its database says. */
    SIZE,
    /** One of the two first pages, which say what the rest is, is not valid. */
    META,
    /** A page lies outside the database. */
    PAGE_RANGE,
    /** A page is used twice, or free and used. */
    PAGE_SHARED,
    /** A page is of the wrong kind, bears another number, or is not as long as its content. */
    PAGE_HEADER,
    /** The keys and values of a page do not lie one after the other within it. */
    ELEMENT,
    /** A tree is deeper than any real one. */
    DEPTH,
    /** Keys are not in order, within a page or across pages. */
    KEY_ORDER,
    /** A bucket is missing, unknown, or not what its place requires. */
    BUCKET,
    /** The list of free pages is wrong. */
    FREELIST,
    /** A key of the history is not a revision, or revisions do not ascend. */
    REVISION,
    /** A value of the history is no key with its value, or contradicts its revision. */
    KEY_VALUE,
    /** An entry of a small bucket (members, leases, roles, ...) is not what it should be. */
    RECORD,
    /** Deep: a put or a deletion does not follow from those of its key before it. */
    HISTORY,
    /** Deep: an entry names another that is not there. */
    REFERENCE
  }

  static Problem ofFile(Kind kind, String message) {
    return new Problem(kind, -1, -1, message);
  }

  /** The problem in one line. */
  @Override
  public String toString() {
    String where = page < 0 ? "" : "page " + page + ", byte " + offset + ": ";
    return where + message + " (" + kind + ")";
  }
}
