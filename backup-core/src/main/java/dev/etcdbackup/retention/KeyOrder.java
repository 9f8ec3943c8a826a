package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A long listing in the order of its keys, whatever order it came in.
 *
 * <p>The keys of a series differ in a few characters, and sorting spends its time on fetching texts
 * from memory to compare them. So each text is fetched once, for the eight characters behind what
 * all have in common; a comparison needs a whole key only where those are equal.
 */
final class KeyOrder {
  private static final int HEAD = 8;
  private static final int BITS = 7;
  private static final int NOT_ASCII = 127; // and DEL: whoever has one here is compared whole

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
    for (Headed one : sorted) {
      inKeyOrder.add(one.backup);
    }
    return inKeyOrder;
  }

  /** How many characters all keys begin with. */
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

  /** A number that is smaller only for keys that come before, among those alike up to there. */
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
