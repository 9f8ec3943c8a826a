package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  private static final int SIZE = 80; // page header 16, meta 64
  private static final int MAGIC = 0xED0CDAED;
  private static final int VERSION = 2;
  private static final int MIN_PAGE = 1024;
  private static final int MAX_PAGE = 65536;
  private static final long MAX_PAGES = 1L << 36; // 256 TiB of the usual size
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

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
    List<Meta> valid = new ArrayList<>();
    List<Damaged> damaged = new ArrayList<>();
    BlockCache window = new BlockCache(bytes); // both pages in one request, where requests are dear
    parse(window, 0, 0, valid, damaged);
    if (!valid.isEmpty()) {
      parse(window, 1, valid.get(0).pageSize(), valid, damaged);
    } else { // the first page would say where the second is
      for (int pageSize = MIN_PAGE; pageSize <= MAX_PAGE && valid.isEmpty(); pageSize *= 2) {
        List<Damaged> elsewhere = new ArrayList<>();
        parse(window, 1, pageSize, valid, elsewhere);
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
      BlockCache window, int page, long offset, List<Meta> valid, List<Damaged> damaged)
      throws IOException {
    if (window.size() < offset + SIZE) {
      damaged.add(new Damaged(page, offset, "the file ends before this meta page"));
      return;
    }
    int at = window.at(offset, SIZE);
    byte[] b = Arrays.copyOfRange(window.array(), at, at + SIZE);
    String wrong = check(b);
    if (wrong != null) {
      damaged.add(new Damaged(page, offset, wrong));
      return;
    }
    if (LittleEndian.int64(b, 0) != page
        || LittleEndian.int64(b, 8) != PageKind.META
        || LittleEndian.int32(b, 28) != 0
        || LittleEndian.int64(b, 40) != 0) { // bbolt does not look, but writes nothing else in etcd
      damaged.add(
          new Damaged(page, offset, "the header, flags or sequence of this page are wrong"));
    }
    valid.add(
        new Meta(
            page,
            LittleEndian.int32(b, 24),
            LittleEndian.int64(b, 32),
            LittleEndian.int64(b, 48),
            LittleEndian.int64(b, 56),
            LittleEndian.int64(b, 64)));
  }

  /**
   * The beginning of its page, as bbolt writes it.
   *
   * @return 80 bytes; the rest of the page does not matter
   */
  public byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(page).putLong(PageKind.META).putInt(MAGIC).putInt(VERSION);
    bytes.putInt(pageSize).putInt(0).putLong(root).putLong(0);
    bytes.putLong(freelist).putLong(highWaterMark).putLong(transaction);
    return bytes.putLong(checksum(bytes.array())).array();
  }

  private static long checksum(byte[] b) {
    long checksum = FNV_BASIS;
    for (int i = 16; i < 72; i++) {
      checksum = (checksum ^ (b[i] & 0xff)) * FNV_PRIME;
    }
    return checksum;
  }

  private static @Nullable String check(byte[] b) {
    long checksum = checksum(b);
    if (LittleEndian.int32(b, 16) != MAGIC || LittleEndian.int32(b, 20) != VERSION) {
      return "this is no meta page of a bbolt database";
    }
    if (LittleEndian.int64(b, 72) != checksum) {
      return "the checksum of this meta page does not match";
    }
    int pageSize = LittleEndian.int32(b, 24);
    if (pageSize < MIN_PAGE || pageSize > MAX_PAGE || Integer.bitCount(pageSize) != 1) {
      return "pages of " + Integer.toUnsignedString(pageSize) + " bytes are not possible";
    }
    long pages = LittleEndian.int64(b, 56);
    if (pages < 3 || pages > MAX_PAGES) {
      return "a database of " + Long.toUnsignedString(pages) + " pages is not possible";
    }
    return null;
  }
}
