package dev.etcdbackup.snapshot.bbolt;

/** What {@link PageStream} kept of a database, to be walked over. For one thread. */
public final class PassedDatabase {
  private final KeptPages kept;
  private final Meta meta;
  private final long size;

  PassedDatabase(KeptPages kept, Meta meta, long size) {
    this.kept = kept;
    this.meta = meta;
    this.size = size;
  }

  /**
   * How long the stream was.
   *
   * @return bytes, whatever followed the database included
   */
  public long size() {
    return size;
  }

  /**
   * Prepares a walk that finds nothing good that a walk over the database itself would find
   * damaged. It ends with {@link dev.etcdbackup.CorruptBackupException} at a page that was not
   * kept, because it is damaged or larger than 8 MiB with its overflow pages, or because too many
   * old pages that were used again in part lie around it.
   *
   * @param report where damage goes
   * @return the walk; {@link LeafVisitor#passed} takes leaves whose pairs were found good
   */
  public TreeWalk walk(DamageReport report) {
    return new TreeWalk(kept, meta, size, report);
  }
}
