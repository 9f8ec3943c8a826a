package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.BucketShape;
import dev.etcdbackup.snapshot.bbolt.DamageReport;
import dev.etcdbackup.snapshot.bbolt.Leaf;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import dev.etcdbackup.snapshot.bbolt.TreeWalk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One reading of a snapshot that ends with a {@link CorruptBackupException} at the first damage.
 * Each bucket can be read once.
 */
final class SnapshotScan {
  private static final long MAX_SMALL_BUCKET = 64 << 20;

  private final Meta meta;
  private final TreeWalk walk;
  private final List<Bucket> buckets;

  SnapshotScan(RandomAccessBytes bytes) throws IOException {
    meta = readMeta(bytes);
    if (meta.databaseSize() > bytes.size()) {
      throw new CorruptBackupException(
          "the snapshot is cut short: its database has "
              + meta.databaseSize()
              + " bytes, only "
              + bytes.size()
              + " are there");
    }
    walk = new TreeWalk(bytes, meta, DamageReport.THROW);
    buckets = walk.buckets();
  }

  private static Meta readMeta(RandomAccessBytes bytes) throws IOException {
    try {
      return Meta.read(bytes);
    } catch (CorruptBackupException e) {
      Optional<ForeignFormat> foreign = ForeignFormat.of(bytes);
      throw foreign.isPresent() ? new CorruptBackupException(foreign.get().message(), e) : e;
    }
  }

  Meta meta() {
    return meta;
  }

  List<Bucket> buckets() {
    return buckets;
  }

  /** How many pages the root and the buckets read so far take up. */
  long pagesReached() {
    return walk.pagesReached();
  }

  void pairs(Bucket bucket, LeafVisitor visitor) throws IOException {
    walk.pairs(bucket, visitor);
  }

  Optional<BucketShape> shape(String bucket) throws IOException {
    Optional<Bucket> found = bucket(bucket);
    return found.isPresent() ? Optional.of(walk.shape(found.get())) : Optional.empty();
  }

  /** The main revision of the last event, read along the right edge of the tree; 0 without one. */
  long lastRevision() throws IOException {
    Optional<byte[]> key = shape("key").flatMap(BucketShape::lastKey);
    if (key.isEmpty()) {
      return 0;
    }
    return mainRevision(key.get());
  }

  static long mainRevision(byte[] key) throws CorruptBackupException {
    boolean fits = key.length == Event.PUT_LENGTH || key.length == Event.DELETE_LENGTH;
    if (!fits || BigEndian.int64(key, 0) < 1) {
      throw new CorruptBackupException("the last key of the bucket key is not a revision");
    }
    return BigEndian.int64(key, 0);
  }

  /** Hands out the events of the bucket {@code key}, oldest first. */
  void events(EventSink sink) throws IOException {
    Optional<Bucket> bucket = bucket("key");
    if (bucket.isPresent()) {
      walk.pairs(bucket.get(), new Events(sink));
    }
  }

  /** Reads the events of a leaf. */
  static final class Events implements LeafVisitor {
    private final Event event = new Event();
    private final EventSink sink;

    Events(EventSink sink) {
      this.sink = sink;
    }

    @Override
    public void leaf(Leaf leaf) throws IOException {
      for (int i = 0; i < leaf.count(); i++) {
        leaf.select(i);
        try {
          event.read(leaf);
        } catch (MalformedException e) {
          throw damaged(leaf, e);
        }
        sink.event(event);
      }
    }
  }

  /**
   * Hands out the pairs of a small bucket, copied; nothing when there is no such bucket.
   *
   * @throws CorruptBackupException also when it holds more than 64 MiB, or a pair of more than 1
   *     MiB
   */
  void entries(String name, EntrySink sink) throws IOException {
    Optional<Bucket> bucket = bucket(name);
    if (bucket.isPresent()) {
      walk.pairs(bucket.get(), new Entries(name, sink));
    }
  }

  private static final class Entries implements LeafVisitor {
    private final String bucket;
    private final EntrySink sink;
    private long size;

    Entries(String bucket, EntrySink sink) {
      this.bucket = bucket;
      this.sink = sink;
    }

    @Override
    public void leaf(Leaf leaf) throws IOException {
      for (int i = 0; i < leaf.count(); i++) {
        leaf.select(i);
        size += leaf.keyLength() + leaf.valueLength();
        if (size > MAX_SMALL_BUCKET) {
          throw new CorruptBackupException("bucket " + bucket + " holds more than 64 MiB");
        }
        try {
          Records.requireSmall(leaf);
          sink.entry(key(leaf), value(leaf));
        } catch (MalformedException e) {
          throw damaged(leaf, e);
        }
      }
    }
  }

  static byte[] key(Leaf leaf) {
    return Arrays.copyOfRange(leaf.array(), leaf.keyOffset(), leaf.valueOffset());
  }

  static byte[] value(Leaf leaf) {
    int from = leaf.valueOffset();
    return Arrays.copyOfRange(leaf.array(), from, from + leaf.valueLength());
  }

  private Optional<Bucket> bucket(String name) {
    return buckets.stream().filter(bucket -> bucket.name().equals(name)).findFirst();
  }

  private static CorruptBackupException damaged(Leaf leaf, MalformedException e) {
    String where = "damaged at byte " + leaf.position() + ", page " + leaf.page() + ": ";
    return new CorruptBackupException(where + "the pair there " + e.getMessage());
  }

  /** Takes events. */
  @FunctionalInterface
  interface EventSink {
    /** Takes one; it is good until this returns. */
    void event(Event event) throws IOException;
  }

  /** Takes pairs. */
  @FunctionalInterface
  interface EntrySink {
    void entry(byte[] key, byte[] value) throws IOException, MalformedException;
  }
}
