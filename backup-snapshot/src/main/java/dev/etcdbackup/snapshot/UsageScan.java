package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.snapshot.SpaceUsage.Count;
import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Sums up what fills a database, in two passes over its history. */
final class UsageScan {
  private static final int MAX_GROUPS = 50_000;
  private static final int ELEMENT = 16; // where a pair lies in its page
  private static final long[] SIZES = {1 << 10, 10 << 10, 100 << 10, 1 << 20, Long.MAX_VALUE};
  private static final Count NOTHING = new Count(0, 0);

  private final RandomAccessBytes bytes;
  private final UsageOptions options;
  private final KeyIndex index = new KeyIndex();
  private final RevisionCounts revisions = new RevisionCounts();
  private final Map<String, Group> prefixes = new HashMap<>();
  private final Map<Long, Group> leases = new HashMap<>();
  private final Group otherPrefixes = new Group();
  private final Group otherLeases = new Group();
  private final Group all = new Group();
  private final Count[] sizes = new Count[SIZES.length];
  private final PriorityQueue<Ranked> largest = new PriorityQueue<>(Ranked.LEAST_FIRST);
  private final PriorityQueue<Ranked> mostRevised = new PriorityQueue<>(Ranked.LEAST_FIRST);

  UsageScan(RandomAccessBytes bytes, UsageOptions options) {
    this.bytes = bytes;
    this.options = options;
    Arrays.fill(sizes, NOTHING);
  }

  /** The events of a group of keys. */
  private static final class Group {
    private Count live = NOTHING;
    private Count history = NOTHING;

    void add(boolean isLive, long size) {
      if (isLive) {
        live = live.plus(size);
      } else {
        history = history.plus(size);
      }
    }

    long bytes() {
      return live.bytes() + history.bytes();
    }
  }

  /** An entry of the index, and what decides its place in a list. */
  private record Ranked(long rank, int entry) {
    static final Comparator<Ranked> LEAST_FIRST = Comparator.comparingLong(Ranked::rank);
  }

  SpaceUsage run() throws IOException {
    SnapshotScan first = new SnapshotScan(bytes);
    first.events(index::add);
    SnapshotScan second = new SnapshotScan(bytes);
    List<SpaceUsage.Space> spaces = new ArrayList<>();
    spaces.add(new SpaceUsage.Space("meta", 2));
    spaces.add(new SpaceUsage.Space("root", second.pagesReached()));
    for (Bucket bucket : second.buckets()) {
      long before = second.pagesReached();
      if (bucket.name().equals("key")) {
        second.events(this::add);
      } else {
        second.pairs(bucket, leaf -> {});
      }
      long pages = second.pagesReached() - before;
      if (pages > 0) {
        spaces.add(new SpaceUsage.Space("bucket " + bucket.name(), pages));
      }
    }
    long pages = second.meta().highWaterMark();
    spaces.add(new SpaceUsage.Space("free", pages - 2 - second.pagesReached()));
    return new SpaceUsage(
        RevisionRange.of(first.lastRevision(), MetaBucket.read(first).compactRevision()).latest(),
        second.meta().pageSize(),
        pages,
        spaces,
        all.live,
        all.history,
        prefixes(),
        leases(),
        sizeClasses(),
        keys(largest),
        keys(mostRevised));
  }

  private void add(Event event) {
    boolean live = event.keyLength > 0 && index.isLatestPut(event);
    long size = (long) ELEMENT + event.pairLength();
    all.add(live, size);
    group(prefix(event)).add(live, size);
    if (live) {
      group(event.lease).add(true, size);
      int at = 0;
      while (event.valueLength > SIZES[at]) {
        at++;
      }
      sizes[at] = sizes[at].plus(size);
    }
    int entry = index.find(event);
    if (entry == KeyIndex.NONE || event.keyLength == 0) {
      return; // a deletion of what was compacted away, or no key of a client
    }
    int count = revisions.increment(entry);
    if (live) {
      offer(largest, new Ranked(size, entry));
    }
    if (event.main == index.modRevision(entry)) { // the last of this key; each key comes here once
      offer(mostRevised, new Ranked(count, entry));
    }
  }

  private void offer(PriorityQueue<Ranked> ranking, Ranked candidate) {
    if (options.top() == 0) {
      return;
    }
    if (ranking.size() < options.top()) {
      ranking.add(candidate);
    } else if (ranking.element().rank() < candidate.rank()) {
      ranking.remove();
      ranking.add(candidate);
    }
  }

  private Group group(String prefix) {
    Group known = prefixes.get(prefix);
    if (known == null) {
      known = prefixes.size() < MAX_GROUPS ? new Group() : otherPrefixes;
      if (known != otherPrefixes) {
        prefixes.put(prefix, known);
      }
    }
    return known;
  }

  private Group group(long lease) {
    Group known = leases.get(lease);
    if (known == null) {
      known = leases.size() < MAX_GROUPS ? new Group() : otherLeases;
      if (known != otherLeases) {
        leases.put(lease, known);
      }
    }
    return known;
  }

  private String prefix(Event event) {
    byte[] array = event.array();
    int parts = 0;
    int end = event.keyOffset;
    for (int i = event.keyOffset; i < event.keyOffset + event.keyLength; i++) {
      if ((array[i] & 0xff) == options.separator()) {
        end = i + 1;
        if (i > event.keyOffset && ++parts == options.depth()) {
          break;
        }
      }
    }
    return new String(array, event.keyOffset, end - event.keyOffset, ISO_8859_1);
  }

  private List<SpaceUsage.PrefixUsage> prefixes() {
    List<SpaceUsage.PrefixUsage> list = new ArrayList<>();
    prefixes.forEach(
        (prefix, group) ->
            list.add(new SpaceUsage.PrefixUsage(prefix, false, group.live, group.history)));
    if (otherPrefixes.bytes() > 0) {
      list.add(new SpaceUsage.PrefixUsage("", true, otherPrefixes.live, otherPrefixes.history));
    }
    list.sort(
        Comparator.comparingLong(
                (SpaceUsage.PrefixUsage one) -> -one.live().bytes() - one.history().bytes())
            .thenComparing(SpaceUsage.PrefixUsage::prefix));
    return list;
  }

  private List<SpaceUsage.LeaseUsage> leases() {
    List<SpaceUsage.LeaseUsage> list = new ArrayList<>();
    leases.forEach((lease, group) -> list.add(new SpaceUsage.LeaseUsage(lease, false, group.live)));
    if (otherLeases.bytes() > 0) {
      list.add(new SpaceUsage.LeaseUsage(0, true, otherLeases.live));
    }
    list.sort(
        Comparator.comparingLong((SpaceUsage.LeaseUsage one) -> -one.live().bytes())
            .thenComparing(SpaceUsage.LeaseUsage::lease));
    return list;
  }

  private List<SpaceUsage.SizeClass> sizeClasses() {
    List<SpaceUsage.SizeClass> list = new ArrayList<>();
    for (int i = 0; i < SIZES.length; i++) {
      list.add(new SpaceUsage.SizeClass(SIZES[i], sizes[i]));
    }
    return list;
  }

  private List<SpaceUsage.KeyUsage> keys(PriorityQueue<Ranked> ranking) {
    List<Ranked> ranked = new ArrayList<>(ranking);
    ranked.sort(
        Comparator.comparingLong((Ranked one) -> -one.rank())
            .thenComparing(one -> new String(index.key(one.entry()), ISO_8859_1)));
    List<SpaceUsage.KeyUsage> keys = new ArrayList<>();
    for (Ranked one : ranked) {
      keys.add(
          new SpaceUsage.KeyUsage(
              new String(index.key(one.entry()), ISO_8859_1),
              index.isLive(one.entry()) ? index.valueLength(one.entry()) : 0,
              revisions.of(one.entry())));
    }
    return keys;
  }
}
