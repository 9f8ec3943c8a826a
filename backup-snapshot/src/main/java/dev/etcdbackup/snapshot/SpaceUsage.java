package dev.etcdbackup.snapshot;

import java.util.List;

/**
 * What fills the database of a snapshot. The pages of {@link #spaces} add up to the database.
 *
 * <p>The size of a put or deletion is what it takes up in a page: its key in the database, the
 * user's key and value with their revisions, and 16 bytes with their positions.
 *
 * @param revision the latest revision
 * @param pageSize bytes of a page
 * @param pages pages of the database
 * @param spaces what the pages are used for
 * @param live the keys as they are at the latest revision; one event each
 * @param history what later puts and deletions replaced, the deletions included: a compaction at
 *     the latest revision makes it free pages, which a defragmentation gives back
 * @param prefixes the same by prefixes, the largest first
 * @param leases the same by leases, the largest first; 0 stands for none
 * @param sizes the live keys by the size of their values, the smallest first
 * @param largest the largest live keys, the largest first
 * @param mostRevised the keys of which the history holds most, the most first
 */
public record SpaceUsage(
    long revision,
    int pageSize,
    long pages,
    List<Space> spaces,
    Count live,
    Count history,
    List<PrefixUsage> prefixes,
    List<LeaseUsage> leases,
    List<SizeClass> sizes,
    List<KeyUsage> largest,
    List<KeyUsage> mostRevised) {
  /** Copies the lists. */
  public SpaceUsage {
    spaces = List.copyOf(spaces);
    prefixes = List.copyOf(prefixes);
    leases = List.copyOf(leases);
    sizes = List.copyOf(sizes);
    largest = List.copyOf(largest);
    mostRevised = List.copyOf(mostRevised);
  }

  /**
   * The size of the database.
   *
   * @return bytes; the SHA-256 at the end of a snapshot is not counted
   */
  public long bytes() {
    return pages * pageSize;
  }

  /**
   * Pages with one use.
   *
   * @param name {@code meta}, {@code root}, which holds small buckets too, {@code bucket NAME}, or
   *     {@code free}
   * @param pages how many
   */
  public record Space(String name, long pages) {}

  /**
   * Puts and deletions.
   *
   * @param events how many
   * @param bytes what they take up
   */
  public record Count(long events, long bytes) {
    Count plus(long size) {
      return new Count(events + 1, bytes + size);
    }
  }

  /**
   * The keys with one prefix.
   *
   * @param prefix the prefix, each byte a character (ISO 8859-1): up to and with the last separator
   *     that counts; empty for keys without one
   * @param rest whether this stands for all prefixes beyond the first 50,000 that were met
   * @param live the keys as they are
   * @param history what was replaced
   */
  public record PrefixUsage(String prefix, boolean rest, Count live, Count history) {}

  /**
   * The live keys with one lease.
   *
   * @param lease the lease, 0 for keys without one
   * @param rest whether this stands for all leases beyond the first 50,000 that were met
   * @param live the keys
   */
  public record LeaseUsage(long lease, boolean rest, Count live) {}

  /**
   * The live keys with values of similar sizes.
   *
   * @param maxBytes the largest value of the class in bytes; {@link Long#MAX_VALUE} for the last
   * @param live the keys
   */
  public record SizeClass(long maxBytes, Count live) {}

  /**
   * A key.
   *
   * @param key the key, each byte a character (ISO 8859-1)
   * @param valueBytes how long its value is, 0 when the key was deleted
   * @param revisions how many puts and deletions of it there are
   */
  public record KeyUsage(String key, long valueBytes, long revisions) {}
}
