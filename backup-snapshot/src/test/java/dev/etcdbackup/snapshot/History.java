package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was put and deleted, kept as simply as can be, and written as a snapshot. */
final class History {
  /** A put, or a deletion, which has neither value nor version. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity alone
  record Op(long main, long sub, byte[] key, byte[] value, long create, long version, long lease) {
    boolean isDeletion() {
      return version == 0;
    }

    boolean isSame(Op other) {
      return other != null && main == other.main && sub == other.sub;
    }

    String name() {
      return new String(key, UTF_8);
    }

    byte[] revision() {
      ByteBuffer b = ByteBuffer.allocate(isDeletion() ? 18 : 17).putLong(main);
      b.put((byte) '_').putLong(sub);
      return (isDeletion() ? b.put((byte) 't') : b).array();
    }

    byte[] keyValue() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      bytes(out, 1, key);
      if (!isDeletion()) {
        number(out, 2, create);
        number(out, 3, main);
        number(out, 4, version);
        bytes(out, 5, value);
        number(out, 6, lease);
      }
      return out.toByteArray();
    }
  }

  final List<Op> ops;
  final long compact; // -1 when it was not
  final long current;

  private History(List<Op> ops, long compact, long current) {
    this.ops = ops;
    this.compact = compact;
    this.current = current;
  }

  /** Random puts, deletions and transactions of both. */
  static History random(long seed, int revisions) {
    Random random = new Random(seed);
    List<Op> ops = new ArrayList<>();
    Map<String, Op> state = new TreeMap<>();
    for (long main = 2; main < 2 + revisions; main++) {
      int size = random.nextInt(6) == 0 ? 1 + random.nextInt(20) : 1;
      Set<String> touched = new HashSet<>();
      for (long sub = 0; touched.size() < size; ) {
        String name = "key/" + random.nextInt(40 + revisions / 4);
        Op before = state.get(name);
        if (!touched.add(name)) {
          continue;
        }
        Op op = random.nextInt(4) == 0 ? deletion(main, sub, name) : null;
        if (op == null) {
          op = put(random, main, sub, name, before);
          state.put(name, op);
        } else if (state.remove(name) == null) {
          continue;
        }
        ops.add(op);
        sub++;
      }
      if (ops.isEmpty() || ops.get(ops.size() - 1).main() != main) {
        main--; // nothing was there to be deleted
      }
    }
    return new History(ops, -1, revisions + 1);
  }

  private static Op deletion(long main, long sub, String name) {
    return new Op(main, sub, name.getBytes(UTF_8), new byte[0], 0, 0, 0);
  }

  private static Op put(Random random, long main, long sub, String name, Op before) {
    byte[] value = new byte[random.nextInt(30) == 0 ? random.nextInt(9000) : random.nextInt(60)];
    random.nextBytes(value);
    long create = before == null ? main : before.create();
    long version = before == null ? 1 : before.version() + 1;
    long lease = random.nextInt(5) == 0 ? 0x7000_0000_0000_0000L + random.nextInt(200) : 0;
    return new Op(main, sub, name.getBytes(UTF_8), value, create, version, lease);
  }

  /** The keys as they were at a revision. */
  NavigableMap<String, Op> at(long revision) {
    TreeMap<String, Op> state = new TreeMap<>();
    for (Op op : ops) {
      if (op.main() <= revision) {
        state.put(op.name(), op);
      }
    }
    state.values().removeIf(Op::isDeletion);
    return state;
  }

  /** What there was at a revision, before anything was compacted. */
  History until(long revision) {
    return new History(
        ops.stream().filter(op -> op.main() <= revision).toList(), compact, revision);
  }

  /**
   * What a compaction leaves: all later than it, before that the puts still in force, and since
   * 3.4.34 and 3.5.16 the deletions of its own revision.
   */
  History compacted(long revision, boolean keepsDeletions) {
    Map<String, Op> inForce = at(revision);
    List<Op> left = new ArrayList<>();
    for (Op op : ops) {
      if (op.main() > revision
          || op.isSame(inForce.get(op.name()))
          || (keepsDeletions && op.main() == revision && op.isDeletion())) {
        left.add(op);
      }
    }
    return new History(left, revision, current);
  }

  /** Writes it with the buckets of etcd 3.5. */
  Path write(Path file, int pageSize) throws IOException {
    write(new BoltWriter(file, pageSize));
    return file;
  }

  void write(BoltWriter writer) throws IOException {
    List<BoltWriter.Pair> pairs = new ArrayList<>();
    ops.forEach(op -> pairs.add(new BoltWriter.Pair(op.revision(), op.keyValue())));
    writer.bucket("key", pairs.iterator());
    TreeMap<String, byte[]> meta = new TreeMap<>();
    meta.put("consistent_index", ByteBuffer.allocate(8).putLong(current + 3).array());
    meta.put("term", ByteBuffer.allocate(8).putLong(2).array());
    if (compact >= 0) {
      byte[] revision = new Op(compact, 0, new byte[0], new byte[0], 0, 1, 0).revision();
      meta.put("scheduledCompactRev", revision);
      meta.put("finishedCompactRev", revision);
    }
    bucket(writer, "meta", meta);
    bucket(writer, "lease", leases());
    bucket(writer, "cluster", new TreeMap<>(Map.of("clusterVersion", "3.5.0".getBytes(UTF_8))));
    for (String name :
        List.of("alarm", "auth", "authRoles", "authUsers", "members", "members_removed")) {
      writer.bucket(name, Collections.emptyIterator());
    }
    writer.close();
  }

  private SortedMap<String, byte[]> leases() {
    TreeMap<String, byte[]> leases = new TreeMap<>();
    TreeSet<Long> ids = new TreeSet<>();
    ops.forEach(op -> ids.add(op.lease()));
    for (long id : ids) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      number(out, 1, id);
      number(out, 2, 60);
      byte[] key = ByteBuffer.allocate(8).putLong(id).array();
      if (id != 0) {
        leases.put(new String(key, ISO_8859_1), out.toByteArray());
      }
    }
    return leases;
  }

  private static void bucket(BoltWriter writer, String name, SortedMap<String, byte[]> entries)
      throws IOException {
    List<BoltWriter.Pair> pairs = new ArrayList<>();
    entries.forEach(
        (key, value) -> pairs.add(new BoltWriter.Pair(key.getBytes(ISO_8859_1), value)));
    writer.bucket(name, pairs.iterator());
  }

  private static void number(ByteArrayOutputStream out, int field, long number) {
    if (number != 0) {
      out.write(field << 3);
      varint(out, number);
    }
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] bytes) {
    if (bytes.length > 0) {
      out.write(field << 3 | 2);
      varint(out, bytes.length);
      out.writeBytes(bytes);
    }
  }

  private static void varint(ByteArrayOutputStream out, long number) {
    long rest = number;
    while ((rest & ~0x7fL) != 0) {
      out.write(((int) rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  @Override
  public String toString() {
    return ops.size() + " events to " + current + ", compacted at " + compact;
  }
}
