package dev.etcdbackup.snapshot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The latest event of every key, without the value.
 *
 * <p>Takes 64 bytes, the key padded to 8, and 5 to 16 bytes of hash table for each key that was
 * ever put in what was read; sorting them takes 24 more for a moment. All of it lies in chunks of
 * 256 KiB, so that growing copies nothing but the table. Larger ones would be humongous objects for
 * G1 in a small heap, where its regions have 1 MiB: an array of half a region or more takes whole
 * regions.
 */
final class KeyIndex {
  /** No entry. */
  static final int NONE = -1;

  private static final VarHandle INT32 = view(int[].class);
  private static final VarHandle INT64 = view(long[].class);
  private static final int CHUNK = 256 << 10;
  private static final int UNIT = 8; // entries begin at multiples of it
  static final int UNITS_PER_CHUNK = CHUNK / UNIT;

  // The layout of an entry.
  private static final int MAIN = 0;
  private static final int SUB = 8;
  private static final int CREATE_REVISION = 16;
  private static final int VERSION = 24;
  private static final int LEASE = 32;
  private static final int VALUE_POSITION = 40;
  private static final int VALUE_LENGTH = 48;
  private static final int KEY_LENGTH = 52;
  private static final int HASH = 56;
  private static final int LIVE = 60;
  private static final int KEY = 64;

  private final long seed = ThreadLocalRandom.current().nextLong() | 1; // no file can aim at it
  private byte[][] chunks = new byte[16][];
  private int lastChunk = -1;
  private int free = CHUNK;
  private int[] table = new int[1 << 10]; // entry + 1, 0 where there is none
  private int entries;
  private int live;

  /** How many keys there are now. */
  int live() {
    return live;
  }

  /** Takes an event that is later than all before. */
  void add(Event event) {
    int hash = hash(event.array(), event.keyOffset, event.keyLength);
    int slot = slot(event.array(), event.keyOffset, event.keyLength, hash);
    if (table[slot] != 0) {
      int entry = table[slot] - 1;
      live -= int32(entry, LIVE);
      fill(entry, event);
      live += int32(entry, LIVE);
    } else if (!event.deleted) { // what a deletion without a put deletes was compacted away
      table[slot] = append(event, hash) + 1;
      live++;
      if (++entries > table.length / 4 * 3) {
        grow();
      }
    }
  }

  /** Whether this very event is the latest of its key, and a put. */
  boolean isLatestPut(Event event) {
    int entry = find(event);
    return entry != NONE
        && isLive(entry)
        && modRevision(entry) == event.main
        && int64(entry, SUB) == event.sub;
  }

  /** The entry of an event's key; {@link #NONE} when there is none. */
  int find(Event event) {
    int hash = hash(event.array(), event.keyOffset, event.keyLength);
    return table[slot(event.array(), event.keyOffset, event.keyLength, hash)] - 1;
  }

  /** The entries of the keys there are now and that lie in the range, in the order of the keys. */
  int[] sorted(KeyRange range) {
    Integer[] sorted = new Integer[live];
    int count = 0;
    for (int found : table) {
      int entry = found - 1;
      if (found != 0 && isLive(entry)) {
        int from = keyOffset(entry);
        if (range.contains(chunk(entry), from, from + int32(entry, KEY_LENGTH))) {
          sorted[count++] = entry;
        }
      }
    }
    sorted = count < sorted.length ? Arrays.copyOf(sorted, count) : sorted;
    Arrays.sort(sorted, this::compareKeys);
    return Arrays.stream(sorted).mapToInt(Integer::intValue).toArray();
  }

  byte[] key(int entry) {
    int from = keyOffset(entry);
    return Arrays.copyOfRange(chunk(entry), from, from + int32(entry, KEY_LENGTH));
  }

  long modRevision(int entry) {
    return int64(entry, MAIN);
  }

  long createRevision(int entry) {
    return int64(entry, CREATE_REVISION);
  }

  long version(int entry) {
    return int64(entry, VERSION);
  }

  long lease(int entry) {
    return int64(entry, LEASE);
  }

  long valuePosition(int entry) {
    return int64(entry, VALUE_POSITION);
  }

  int valueLength(int entry) {
    return int32(entry, VALUE_LENGTH);
  }

  /** Whether the key is there now; otherwise it was deleted. */
  boolean isLive(int entry) {
    return int32(entry, LIVE) != 0;
  }

  private int append(Event event, int hash) {
    int size = (KEY + event.keyLength + UNIT - 1) / UNIT * UNIT;
    if (size > CHUNK - free) {
      if (++lastChunk == chunks.length) {
        chunks = Arrays.copyOf(chunks, 2 * lastChunk);
      }
      chunks[lastChunk] = new byte[Math.max(size, CHUNK)];
      free = 0;
    }
    int entry = lastChunk * UNITS_PER_CHUNK + free / UNIT;
    byte[] chunk = chunk(entry);
    INT32.set(chunk, free + HASH, hash);
    INT32.set(chunk, free + KEY_LENGTH, event.keyLength);
    System.arraycopy(event.array(), event.keyOffset, chunk, free + KEY, event.keyLength);
    fill(entry, event);
    free = Math.min(free + size, CHUNK);
    return entry;
  }

  private void fill(int entry, Event event) {
    byte[] chunk = chunk(entry);
    int at = offset(entry);
    INT64.set(chunk, at + MAIN, event.main);
    INT64.set(chunk, at + SUB, event.sub);
    INT64.set(chunk, at + CREATE_REVISION, event.createRevision);
    INT64.set(chunk, at + VERSION, event.version);
    INT64.set(chunk, at + LEASE, event.lease);
    INT64.set(chunk, at + VALUE_POSITION, event.valuePosition());
    INT32.set(chunk, at + VALUE_LENGTH, event.valueLength);
    INT32.set(chunk, at + LIVE, event.deleted ? 0 : 1);
  }

  /** Where the key is in the table, or where it would go. */
  private int slot(byte[] array, int offset, int length, int hash) {
    int mask = table.length - 1;
    int slot = hash & mask;
    while (table[slot] != 0) {
      int entry = table[slot] - 1;
      int from = keyOffset(entry);
      if (int32(entry, HASH) == hash
          && int32(entry, KEY_LENGTH) == length
          && Arrays.equals(chunk(entry), from, from + length, array, offset, offset + length)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    int[] old = table;
    table = new int[2 * old.length];
    int mask = table.length - 1;
    for (int found : old) {
      if (found != 0) {
        int slot = int32(found - 1, HASH) & mask;
        while (table[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        table[slot] = found;
      }
    }
  }

  private int compareKeys(int a, int b) {
    int fromA = keyOffset(a);
    int fromB = keyOffset(b);
    int toA = fromA + int32(a, KEY_LENGTH);
    int toB = fromB + int32(b, KEY_LENGTH);
    return Arrays.compareUnsigned(chunk(a), fromA, toA, chunk(b), fromB, toB);
  }

  private int hash(byte[] array, int offset, int length) {
    long hash = seed ^ length;
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      hash = mix(hash ^ (long) INT64.get(array, offset + i));
    }
    long rest = 0;
    for (; i < length; i++) {
      rest = rest << 8 | (array[offset + i] & 0xff);
    }
    hash = mix(hash ^ rest);
    return (int) (hash ^ hash >>> 32);
  }

  private long mix(long value) {
    long product = value * seed;
    return (product ^ product >>> 29) * 0x9E3779B97F4A7C15L;
  }

  private byte[] chunk(int entry) {
    return chunks[entry / UNITS_PER_CHUNK];
  }

  private static int offset(int entry) {
    return entry % UNITS_PER_CHUNK * UNIT;
  }

  private static int keyOffset(int entry) {
    return offset(entry) + KEY;
  }

  private int int32(int entry, int field) {
    return (int) INT32.get(chunk(entry), offset(entry) + field);
  }

  private long int64(int entry, int field) {
    return (long) INT64.get(chunk(entry), offset(entry) + field);
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.nativeOrder());
  }
}
