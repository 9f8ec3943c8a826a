package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.snapshot.BucketVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Passes on the entries of a bucket in their order, some of them replaced or added. */
final class OverlaidEntries implements BucketVisitor.Entries {
  private final BucketVisitor.Entries out;
  private final NavigableMap<byte[], byte[]> added = new TreeMap<>(Arrays::compareUnsigned);

  /**
   * @param added the values that replace others or are added, by their keys, each byte a character
   */
  OverlaidEntries(BucketVisitor.Entries out, Map<String, byte[]> added) {
    this.out = out;
    added.forEach((key, value) -> this.added.put(key.getBytes(ISO_8859_1), value));
  }

  @Override
  public void entry(byte[] array, int keyOffset, int keyLength, int valueLength)
      throws IOException {
    byte[] key = Arrays.copyOfRange(array, keyOffset, keyOffset + keyLength);
    addBelow(key);
    if (!added.containsKey(key)) {
      out.entry(array, keyOffset, keyLength, valueLength);
    }
  }

  /** Adds what is left, after the last entry of the bucket. */
  void finish() throws IOException {
    addBelow(null);
  }

  private void addBelow(byte @Nullable [] key) throws IOException {
    while (!added.isEmpty() && (key == null || Arrays.compareUnsigned(added.firstKey(), key) < 0)) {
      var entry = added.pollFirstEntry();
      byte[] pair = Arrays.copyOf(entry.getKey(), entry.getKey().length + entry.getValue().length);
      System.arraycopy(entry.getValue(), 0, pair, entry.getKey().length, entry.getValue().length);
      out.entry(pair, 0, entry.getKey().length, entry.getValue().length);
    }
  }
}
