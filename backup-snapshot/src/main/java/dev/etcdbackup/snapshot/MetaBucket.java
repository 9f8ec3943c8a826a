package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.OptionalLong;

/** The bucket {@code meta}. All of it is optional: a new 3.4 has written nothing into it yet. */
final class MetaBucket {
  static final String NAME = "meta";
  static final long NO_COMPACTION = -1;

  OptionalLong consistentIndex = OptionalLong.empty();
  OptionalLong term = OptionalLong.empty();
  OptionalLong scheduledCompaction = OptionalLong.empty();
  OptionalLong finishedCompaction = OptionalLong.empty();
  boolean confState;
  String storageVersion = "";

  static MetaBucket read(SnapshotScan scan) throws IOException {
    MetaBucket meta = new MetaBucket();
    scan.entries(NAME, meta::take);
    return meta;
  }

  /** Takes one of its pairs. Names it does not know are a later version's. */
  void take(byte[] key, byte[] value) throws MalformedException {
    switch (new String(key, UTF_8)) {
      case "consistent_index" -> consistentIndex = OptionalLong.of(BigEndian.int64(value));
      case "term" -> term = OptionalLong.of(BigEndian.int64(value));
      case "scheduledCompactRev" -> scheduledCompaction = OptionalLong.of(revision(value));
      case "finishedCompactRev" -> finishedCompaction = OptionalLong.of(revision(value));
      case "confState" -> {
        JsonObject.require(value);
        confState = true;
      }
      case "storageVersion" -> storageVersion = version(value);
      default -> {
        // a later version's
      }
    }
  }

  /** A version as the buckets {@code meta} and {@code cluster} hold it. */
  static String version(byte[] value) throws MalformedException {
    String version = new String(value, UTF_8);
    if (!version.matches("[0-9]{1,9}(\\.[0-9]{1,9}){2}([-+][0-9A-Za-z.+-]+)?")) {
      throw new MalformedException("is not a version");
    }
    return version;
  }

  /**
   * The revision up to which history is gone. A server takes a compaction as done as soon as it is
   * scheduled, and finishes it when it starts.
   */
  long compactRevision() {
    return Math.max(
        scheduledCompaction.orElse(NO_COMPACTION), finishedCompaction.orElse(NO_COMPACTION));
  }

  StatusVersion writtenBy() {
    if (!storageVersion.isEmpty()) { // 3.6 is the first that stores it
      return storageVersion.startsWith("3.6.") ? StatusVersion.V3_6 : StatusVersion.V3_7;
    }
    return confState || term.isPresent() ? StatusVersion.V3_5 : StatusVersion.V3_4;
  }

  private static long revision(byte[] value) throws MalformedException {
    if (value.length != Event.PUT_LENGTH || value[8] != '_') {
      throw new MalformedException("is not a revision");
    }
    long main = BigEndian.int64(value, 0);
    if (main < 0 || BigEndian.int64(value, 9) != 0) {
      throw new MalformedException("is not a revision of a compaction");
    }
    return main;
  }
}
