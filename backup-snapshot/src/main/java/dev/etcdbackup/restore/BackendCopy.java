package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.BucketVisitor;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Copies the buckets of a snapshot into a new database: with the new members instead of the old
 * ones, and the index of the new log. Everything else stays; large buckets also where they are, if
 * the new database goes on with the one of the snapshot.
 */
final class BackendCopy implements BucketVisitor {
  private static final Entries DROP = (array, keyOffset, keyLength, valueLength) -> {};

  private final DatabaseWriter out;
  private final RaftState state;
  private final boolean clearsAlarms;
  private final OptionalLong raisedRevision;
  private final NavigableMap<byte[], byte[]> meta = new TreeMap<>(Arrays::compareUnsigned);
  private final Set<String> done = new HashSet<>();
  private String current = "";
  private Map<String, Long> kept = Map.of();
  private long keptBytes;
  private @Nullable AppendedChanges changes;

  /**
   * @param raisedRevision up to which the history is to be gone; empty to leave it as it is
   */
  BackendCopy(
      DatabaseWriter out, RaftState state, boolean clearsAlarms, OptionalLong raisedRevision) {
    this.out = out;
    this.state = state;
    this.clearsAlarms = clearsAlarms;
    this.raisedRevision = raisedRevision;
    meta.put(text("consistent_index"), int64(state.index()));
    meta.put(text("term"), int64(RaftState.TERM));
    raisedRevision.ifPresent(it -> meta.put(text("scheduledCompactRev"), StoredRevision.of(it)));
  }

  /** Adds changes after the snapshot. */
  BackendCopy with(@Nullable AppendedChanges appended) {
    changes = appended;
    return this;
  }

  /**
   * Leaves buckets where they are.
   *
   * @param roots the page at the top of each
   */
  BackendCopy keeping(Map<String, Long> roots) {
    kept = roots;
    return this;
  }

  /** How long the keys and values of the buckets are that were left where they are. */
  long keptBytes() {
    return keptBytes;
  }

  @Override
  public Entries bucket(String name) throws IOException {
    Long root = kept.get(name);
    if (root != null) {
      end();
      out.keep(name, root);
      done.add(name);
      return (array, keyOffset, keyLength, valueLength) -> keptBytes += keyLength + valueLength;
    }
    begin(name);
    AppendedChanges appended = changes;
    if (appended != null && name.equals("key")) {
      return (array, keyOffset, keyLength, valueLength) -> {
        appended.event(array, keyOffset, keyLength, valueLength);
        out.add(array, keyOffset, keyLength, valueLength);
      };
    }
    if (appended != null && name.equals("lease")) {
      return appended::lease;
    }
    return switch (name) {
      case "members", "members_removed" -> DROP;
      case "alarm" -> clearsAlarms ? DROP : out::add;
      case "meta" -> this::mergeMeta;
      default -> out::add;
    };
  }

  /** Completes the database. */
  void finish() throws IOException {
    end();
    for (String bucket : new String[] {"cluster", "members", "members_removed"}) {
      if (!done.contains(bucket)) {
        begin(bucket);
        end();
      }
    }
    if (changes != null && !done.contains("lease")) {
      begin("lease");
      end();
    }
    out.finish();
  }

  private void begin(String bucket) throws IOException {
    end();
    out.bucket(bucket);
    current = bucket;
  }

  /** Adds what the bucket has at its end. */
  private void end() throws IOException {
    switch (current) {
      case "members" -> addMembers();
      case "meta" -> addMetaBelow(null);
      case "lease" -> {
        if (changes != null) {
          changes.addLeases(out);
        }
      }
      case "key" -> {
        if (changes != null) {
          changes.addEvents(out);
        }
        if (raisedRevision.isPresent()) {
          out.add(StoredRevision.of(raisedRevision.getAsLong()), new byte[0]);
        }
      }
      default -> {
        // complete as it was
      }
    }
    done.add(current);
    current = "";
  }

  private void addMembers() throws IOException {
    NavigableMap<String, String> members = new TreeMap<>(); // not the order of the ids
    state.cluster().members().forEach(member -> members.put(member.hexId(), member.json()));
    for (var member : members.entrySet()) {
      out.add(text(member.getKey()), member.getValue().getBytes(UTF_8));
    }
  }

  private void mergeMeta(byte[] array, int keyOffset, int keyLength, int valueLength)
      throws IOException {
    byte[] key = Arrays.copyOfRange(array, keyOffset, keyOffset + keyLength);
    addMetaBelow(key);
    if (!meta.containsKey(key)) {
      out.add(array, keyOffset, keyLength, valueLength);
    }
  }

  /** Adds the new entries that come before a key, or all that are left. */
  private void addMetaBelow(byte @Nullable [] key) throws IOException {
    while (!meta.isEmpty() && (key == null || Arrays.compareUnsigned(meta.firstKey(), key) < 0)) {
      var entry = meta.pollFirstEntry();
      out.add(entry.getKey(), entry.getValue());
    }
  }

  private static byte[] int64(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static byte[] text(String ascii) {
    return ascii.getBytes(ISO_8859_1);
  }
}
