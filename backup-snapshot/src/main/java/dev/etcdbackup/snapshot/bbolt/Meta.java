package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.MetaPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one of the two first pages of a database says. The valid one with the higher transaction is
 * the one in force.
 *
 * @param page the page it stands on, 0 or 1
 * @param pageSize bytes of a page, a power of two from 1024 to 65536
 * @param root the page of the root bucket
 * @param freelist the page of the list of free pages, or {@link #NO_FREELIST}
 * @param highWaterMark how many pages there are: the first page never used
 * @param transaction the number of the transaction that wrote it
 */
public record Meta(
    int page, int pageSize, long root, long freelist, long highWaterMark, long transaction) {
  /** Stands for the list of free pages where none is stored, as in every database of etcd. */
  public static final long NO_FREELIST = -1;

  /**
   * How long the database is.
   *
   * @return bytes, whatever follows them in the file not counted
   */
  public long databaseSize() {
    return highWaterMark * pageSize;
  }

  /**
   * Reads the meta page in force, in two small reads or one.
   *
   * @param bytes the database
   * @return what it says
   * @throws CorruptBackupException when neither is valid
   * @throws IOException when they cannot be read
   */
  public static Meta read(RandomAccessBytes bytes) throws IOException {
    List<Meta> valid = readBoth(bytes, (damage, page, offset, message) -> {});
    if (valid.isEmpty()) {
      throw new CorruptBackupException("no database: neither of its first two pages is valid");
    }
    return valid.get(0);
  }

  /**
   * Reads both meta pages and reports what is wrong with either.
   *
   * @param bytes the database
   * @param report where damage goes
   * @return the valid ones, none to two, the one in force first
   * @throws IOException when they cannot be read, or what the report throws
   */
  public static List<Meta> readBoth(RandomAccessBytes bytes, DamageReport report)
      throws IOException {
    // Both pages in one request, where requests are dear.
    return readBoth(new BlockCache(bytes), bytes.size(), report);
  }

  /** The same, from a window of which so many bytes are there. */
  static List<Meta> readBoth(ByteWindow window, long size, DamageReport report) throws IOException {
    List<Meta> valid = new ArrayList<>();
    List<Damaged> damaged = new ArrayList<>();
    parse(window, size, 0, 0, valid, damaged);
    if (!valid.isEmpty()) {
      parse(window, size, 1, valid.get(0).pageSize(), valid, damaged);
    } else { // the first page would say where the second is
      for (int pageSize = MetaPage.MIN_PAGE_SIZE;
          pageSize <= MetaPage.MAX_PAGE_SIZE && valid.isEmpty();
          pageSize *= 2) {
        List<Damaged> elsewhere = new ArrayList<>();
        parse(window, size, 1, pageSize, valid, elsewhere);
        damaged.addAll(valid.isEmpty() ? List.of() : elsewhere);
      }
    }
    for (Damaged one : damaged) {
      report.damaged(Damage.META, one.page(), one.offset(), one.message());
    }
    valid.sort((a, b) -> Long.compareUnsigned(b.transaction(), a.transaction()));
    return valid;
  }

  private record Damaged(int page, long offset, String message) {}

  /** Parses one page; adds to one of the two lists. */
  private static void parse(
      ByteWindow window, long size, int page, long offset, List<Meta> valid, List<Damaged> damaged)
      throws IOException {
    if (size < offset + MetaPage.SIZE) {
      damaged.add(new Damaged(page, offset, "the file ends before this meta page"));
      return;
    }
    int at = window.at(offset, MetaPage.SIZE); // before array(): it loads the block
    MetaPage meta = MetaPage.at(window.array(), at);
    String problem = meta.problem();
    if (problem != null) {
      damaged.add(new Damaged(page, offset, problem));
      return;
    }
    if (!meta.isAsWritten(page)) {
      damaged.add(
          new Damaged(page, offset, "the header, flags or sequence of this page are wrong"));
    }
    valid.add(
        new Meta(
            page,
            (int) meta.pageSize(),
            meta.root(),
            meta.freelist(),
            meta.pages(),
            meta.transaction()));
  }

  /**
   * The beginning of its page, as bbolt writes it.
   *
   * @return 80 bytes; the rest of the page does not matter
   */
  public byte[] bytes() {
    return MetaPage.write(page, pageSize, root, freelist, highWaterMark, transaction);
  }
}
