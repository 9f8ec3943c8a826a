package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Where the backups of one series are in a listing. */
final class SeriesPlaces {
  /** Later than every time that a name can have, in seconds. */
  private static final long NEWEST = Instant.parse("+10000-01-03T00:00:00Z").getEpochSecond();

  private static final int NEWEST_BITS = 39; // of all seconds between the years -1 and 10000

  private final Series series;
  private int[] places = new int[16];
  private int size;

  SeriesPlaces(Series series) {
    this.series = series;
  }

  Series series() {
    return series;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  int place(int index) {
    return places[index];
  }

  void add(int place) {
    if (size == places.length) {
      places = Arrays.copyOf(places, 2 * size);
    }
    places[size++] = place;
  }

  /** Puts the places into the order of {@link Backup#OLDEST_FIRST} reversed. */
  void sortNewestFirst(Backup[] backups, long[] seconds) {
    int[] unsorted = Arrays.copyOf(places, size);
    long[] ages = new long[size];
    for (int i = 0; i < size; i++) {
      ages[i] = NEWEST - seconds[unsorted[i]];
    }
    int[] order =
        NumberedSort.of(
            NEWEST_BITS,
            ages,
            (a, b) -> Backup.OLDEST_FIRST.compare(backups[unsorted[b]], backups[unsorted[a]]));
    for (int i = 0; i < size; i++) {
      places[i] = unsorted[order[i]];
    }
  }

  /** The first of each base name, in the order of the places. */
  List<Backup> firstCopies(Backup[] backups, long[] seconds) {
    List<Backup> first = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      boolean copy =
          i > 0
              && seconds[places[i]] == seconds[places[i - 1]] // as a rule the end of it
              && isCopy(backups[places[i]], backups[places[i - 1]]);
      if (!copy) {
        first.add(backups[places[i]]);
      }
    }
    return Collections.unmodifiableList(first);
  }

  private static boolean isCopy(Backup one, Backup other) {
    return one.name().compareAge(other.name()) == 0 // much cheaper, and true of copies
        && one.name().base().equals(other.name().base());
  }
}
