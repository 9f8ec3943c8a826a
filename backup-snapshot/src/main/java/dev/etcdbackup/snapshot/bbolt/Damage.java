package dev.etcdbackup.snapshot.bbolt;

/** The kinds of damage of the pages of a database. */
public enum Damage {
  /** A meta page is not valid. */
  META,
  /** A page number points outside the database, or the file is shorter than the database. */
  PAGE_RANGE,
  /** A page is reached twice, or is listed as free and reached. */
  PAGE_SHARED,
  /**
   * A page is of the wrong kind, bears another number, or is longer or shorter than its content.
   */
  PAGE_HEADER,
  /** The elements of a page do not lie one after the other within it. */
  ELEMENT,
  /** A tree is deeper than any real one. */
  DEPTH,
  /** Keys are not in order, within a page or across pages. */
  KEY_ORDER,
  /** The root holds what is no bucket, or a bucket what is one, or its header is wrong. */
  BUCKET,
  /** The list of free pages is wrong. */
  FREELIST
}
