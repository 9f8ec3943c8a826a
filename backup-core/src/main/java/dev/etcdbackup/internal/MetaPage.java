package dev.etcdbackup.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a meta page of a bbolt database: one of its first two pages, which say how large
 * the pages are, how many there are, and where the root is. Any 80 bytes can be wrapped; {@link
 * #problem} says whether they are a meta page.
 *
 * <p>Format: {@code bbolt/internal/common/page.go} and {@code meta.go}: page header (16 bytes),
 * magic, version, page size, flags, root page and sequence of the root bucket, freelist, high-water
 * mark, transaction, and the FNV-1a checksum of all from the magic on. Little-endian.
 */
public final class MetaPage {
  /** The number of bytes at the beginning of the page that hold the fields. */
  public static final int SIZE = 80;

  /** The smallest page size in bytes. */
  public static final int MIN_PAGE_SIZE = 1024;

  /** The largest page size in bytes. */
  public static final int MAX_PAGE_SIZE = 65536;

  /** The largest number of pages: 256 TiB with the usual page size. */
  public static final long MAX_PAGES = 1L << 36;

  private static final int META = 0x04; // the page header's flag
  private static final int MAGIC = 0xED0CDAED;
  private static final int VERSION = 2;
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final ByteBuffer bytes;

  private MetaPage(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads the fields at the beginning of a page. Accepts any bytes.
   *
   * @param page bytes that hold the page
   * @param offset where the page starts; {@value #SIZE} bytes from there are copied
   * @return its fields
   */
  public static MetaPage at(byte[] page, int offset) {
    return new MetaPage(Arrays.copyOfRange(page, offset, offset + SIZE));
  }

  /**
   * Creates the beginning of a page as bbolt writes it for etcd.
   *
   * @param id the number of the page, 0 or 1
   * @param pageSize the size of a page in bytes
   * @param root the page of the root bucket
   * @param freelist the page of the list of free pages, or -1 where none is stored
   * @param pages the number of pages
   * @param transaction the number of the transaction that writes it
   * @return {@value #SIZE} bytes; the rest of the page is not used
   */
  public static byte[] write(
      long id, int pageSize, long root, long freelist, long pages, long transaction) {
    ByteBuffer page = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    page.putLong(id).putLong(META).putInt(MAGIC).putInt(VERSION);
    page.putInt(pageSize).putInt(0).putLong(root).putLong(0);
    page.putLong(freelist).putLong(pages).putLong(transaction);
    return page.putLong(checksum(page.array())).array();
  }

  /**
   * Returns why this is not a meta page that a database can have.
   *
   * @return a clause for a message, or null when it is one
   */
  public @Nullable String problem() {
    if (!isMeta()) {
      return "this is no meta page of a bbolt database";
    }
    if (!isIntact()) {
      return "the checksum of this meta page does not match";
    }
    if (!hasPossiblePageSize()) {
      return "pages of " + pageSize() + " bytes are not possible";
    }
    if (pages() < 3 || pages() > MAX_PAGES) {
      return "a database of " + Long.toUnsignedString(pages()) + " pages is not possible";
    }
    return null;
  }

  /**
   * Returns whether magic and version are those of a meta page.
   *
   * @return true if they are
   */
  public boolean isMeta() {
    return bytes.getInt(16) == MAGIC && bytes.getInt(20) == VERSION;
  }

  /**
   * Returns whether the checksum matches.
   *
   * @return true if it does
   */
  public boolean isIntact() {
    return bytes.getLong(72) == checksum(bytes.array());
  }

  /**
   * Returns whether the page size is a power of two from {@value #MIN_PAGE_SIZE} to {@value
   * #MAX_PAGE_SIZE}.
   *
   * @return true if it is
   */
  public boolean hasPossiblePageSize() {
    long size = pageSize();
    return size >= MIN_PAGE_SIZE && size <= MAX_PAGE_SIZE && Long.bitCount(size) == 1;
  }

  /**
   * Returns whether the fields that bbolt does not check have the values that it writes for etcd:
   * the page header, the flags and the sequence.
   *
   * @param id the number of the page
   * @return true if they are
   */
  public boolean isAsWritten(long id) {
    return bytes.getLong(0) == id
        && bytes.getLong(8) == META
        && bytes.getInt(28) == 0
        && bytes.getLong(40) == 0;
  }

  /**
   * Returns the page size.
   *
   * @return the size in bytes, an unsigned number of 32 bits
   */
  public long pageSize() {
    return bytes.getInt(24) & 0xffffffffL;
  }

  /**
   * Returns the page of the root bucket.
   *
   * @return the number of the page
   */
  public long root() {
    return bytes.getLong(32);
  }

  /**
   * Returns the page of the list of free pages.
   *
   * @return the number of the page, or -1 where none is stored, as in every database of etcd
   */
  public long freelist() {
    return bytes.getLong(48);
  }

  /**
   * Returns the high-water mark, which is the number of pages.
   *
   * @return the number of the first page that was never used
   */
  public long pages() {
    return bytes.getLong(56);
  }

  /**
   * Returns the number of the transaction that wrote the page.
   *
   * @return the number; of two valid meta pages, bbolt uses the one with the higher number
   */
  public long transaction() {
    return bytes.getLong(64);
  }

  private static long checksum(byte[] page) {
    long checksum = FNV_BASIS;
    for (int i = 16; i < 72; i++) {
      checksum = (checksum ^ (page[i] & 0xff)) * FNV_PRIME;
    }
    return checksum;
  }
}
