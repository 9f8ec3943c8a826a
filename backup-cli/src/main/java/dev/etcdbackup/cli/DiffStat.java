package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.snapshot.DiffCursor.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How many keys were added, changed and removed, by prefixes. */
final class DiffStat {
  private static final int DEPTH = 2;
  private static final int MAX_PREFIXES = 50_000;

  private final NavigableMap<byte[], long[]> counts = new TreeMap<>(Arrays::compareUnsigned);
  private final long[] others = new long[3];
  private final long[] all = new long[3];

  /** The counts of a prefix as {@code -o json} shows them. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PrefixJson(
      @Nullable String prefix,
      @Nullable String prefixBase64,
      long added,
      long changed,
      long removed) {}

  /** The counts as {@code -o json} shows them; {@code others} are of prefixes not listed. */
  record StatJson(
      long added, long changed, long removed, List<PrefixJson> prefixes, PrefixJson others) {}

  void add(byte[] key, Change change) {
    int which =
        switch (change) {
          case ADDED -> 0;
          case CHANGED -> 1;
          case REMOVED -> 2;
          case NONE -> throw new IllegalStateException("a difference that is none");
        };
    all[which]++;
    byte[] prefix = prefix(key);
    long[] of = counts.get(prefix);
    if (of == null && counts.size() < MAX_PREFIXES) {
      of = new long[3];
      counts.put(prefix, of);
    }
    (of == null ? others : of)[which]++;
  }

  boolean isEmpty() {
    return all[0] + all[1] + all[2] == 0;
  }

  StatJson json() {
    List<PrefixJson> prefixes = new ArrayList<>();
    counts.forEach(
        (prefix, of) ->
            prefixes.add(
                new PrefixJson(
                    BytesText.utf8(prefix), BytesText.base64(prefix), of[0], of[1], of[2])));
    PrefixJson rest = new PrefixJson("", null, others[0], others[1], others[2]);
    return new StatJson(all[0], all[1], all[2], prefixes, rest);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("all: " + text(all));
    counts.forEach(
        (prefix, of) ->
            lines.add((prefix.length == 0 ? "(none)" : BytesText.shown(prefix)) + ": " + text(of)));
    if (others[0] + others[1] + others[2] > 0) {
      lines.add("(others): " + text(others));
    }
    return lines;
  }

  private static String text(long[] counts) {
    return counts[0] + " added, " + counts[1] + " changed, " + counts[2] + " removed";
  }

  /** Up to and with the second separator; one at the beginning does not count. */
  private static byte[] prefix(byte[] key) {
    int parts = 0;
    int end = 0;
    for (int i = 0; i < key.length && parts < DEPTH; i++) {
      if (key[i] == '/') {
        end = i + 1;
        parts += i > 0 ? 1 : 0;
      }
    }
    return Arrays.copyOf(key, end);
  }
}
