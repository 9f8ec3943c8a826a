package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sorts a long listing by key.
 *
 * <p>The keys of a series differ in a few characters, and a sort spends most of its time on loading
 * the texts from memory to compare them. This class therefore loads each text once and packs the
 * eight characters after the common prefix into a number; two keys are compared completely only
 * when these numbers are equal.
 */
final class KeyOrder {
  private static final int HEAD = 8;
  private static final int BITS = 7;
  private static final int NOT_ASCII =
      127; // or DEL: a key with such a character here is compared completely

  private KeyOrder() {}

  private record Headed(long head, Backup backup) implements Comparable<Headed> {
    @Override
    public int compareTo(Headed other) {
      int byHead = Long.compare(head, other.head);
      return byHead != 0 ? byHead : backup.key().compareTo(other.backup.key());
    }
  }

  static List<Backup> of(List<Backup> backups) {
    int common = commonLength(backups);
    Headed[] sorted = new Headed[backups.size()];
    int next = 0;
    for (Backup backup : backups) {
      sorted[next++] = new Headed(head(backup.key(), common), backup);
    }
    Arrays.sort(sorted);
    List<Backup> inKeyOrder = new ArrayList<>(sorted.length);
    for (Headed each : sorted) {
      inKeyOrder.add(each.backup);
    }
    return inKeyOrder;
  }

  /** Returns the length of the common prefix of all keys. */
  private static int commonLength(List<Backup> backups) {
    if (backups.isEmpty()) {
      return 0;
    }
    String first = backups.get(0).key().toString();
    int common = first.length();
    for (Backup backup : backups) {
      String text = backup.key().toString();
      int same = 0;
      while (same < common && same < text.length() && text.charAt(same) == first.charAt(same)) {
        same++;
      }
      common = same;
    }
    return common;
  }

  /** Returns a number that is smaller only for a key that comes first, given an equal prefix. */
  private static long head(BackupKey key, int from) {
    String text = key.toString();
    long head = 0;
    boolean ascii = true;
    for (int i = from; i < from + HEAD; i++) {
      int c = ascii && i < text.length() ? Math.min(text.charAt(i), NOT_ASCII) : 0;
      ascii = ascii && c < NOT_ASCII;
      head = head << BITS | c;
    }
    return head;
  }
}
