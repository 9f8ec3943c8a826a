package dev.etcdbackup.benchmarks;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts to an etcd, at a steady rate or as fast as it takes them, and when each was answered.
 *
 * @param revisions how many revisions are written
 * @param puts of different keys in one revision, 1 to 128
 * @param valueBytes how long the values are; no compression can make them smaller
 * @param perSecond revisions a second; 0 for as fast as etcd takes them
 */
record PutLoad(int revisions, int puts, int valueBytes, int perSecond) {
  private static final int KEYS = 10_000;
  private static final int AHEAD = 256; // revisions that are not answered yet
  private static final int AHEAD_BYTES = 8 << 20;
  private static final long TELL_NANOS = 30_000_000_000L;

  /**
   * What was written.
   *
   * @param first the first revision
   * @param answeredMillis for each revision when it was answered, in milliseconds since 1970
   * @param seconds how long it took
   */
  record Written(long first, AtomicLongArray answeredMillis, double seconds) {}

  /** Writes, tells how far it is, and waits for all answers. */
  Written run(URI endpoint, PrintStream progress) throws Exception {
    Random random = new Random(revisions);
    AtomicLongArray answered = new AtomicLongArray(revisions);
    int ahead = Math.max(1, Math.min(AHEAD, AHEAD_BYTES / (puts * valueBytes)));
    Semaphore mayWrite = new Semaphore(ahead);
    try (Client client = Client.builder().endpoints(endpoint).build()) {
      long first = LiveMember.revision(client, endpoint) + 1;
      long begun = System.nanoTime();
      long tellAt = begun + TELL_NANOS;
      for (int i = 0; i < revisions; i++) {
        if (perSecond > 0) {
          await(begun + i * 1_000_000_000L / perSecond);
        }
        if (System.nanoTime() - tellAt >= 0) {
          progress.println("  " + i + " of " + revisions + " revisions written");
          tellAt += TELL_NANOS;
        }
        mayWrite.acquire();
        var unused =
            write(client.getKVClient(), random, i)
                .whenComplete(
                    (revision, failure) -> {
                      if (revision != null) {
                        answered.set((int) (revision - first), System.currentTimeMillis());
                      }
                      mayWrite.release();
                    });
      }
      mayWrite.acquire(ahead);
      double seconds = (System.nanoTime() - begun) / 1e9;
      if (LiveMember.revision(client, endpoint) != first + revisions - 1) {
        throw new IllegalStateException("etcd did not take all puts");
      }
      return new Written(first, answered, seconds);
    }
  }

  /** A single put is no transaction, which etcd 3.4 carries out at a higher and varying cost. */
  private CompletableFuture<Long> write(KV etcd, Random random, int number) {
    if (puts == 1) {
      return etcd.put(key(number), value(random)).thenApply(done -> done.getHeader().getRevision());
    }
    Op[] ops = new Op[puts];
    for (int i = 0; i < puts; i++) {
      ops[i] = Op.put(key((long) number * puts + i), value(random), PutOption.DEFAULT);
    }
    return etcd.txn().Then(ops).commit().thenApply(done -> done.getHeader().getRevision());
  }

  private static ByteSequence key(long number) {
    return ByteSequence.from("changed/" + number % KEYS, StandardCharsets.UTF_8);
  }

  private ByteSequence value(Random random) {
    byte[] value = new byte[valueBytes];
    random.nextBytes(value);
    return ByteSequence.from(value);
  }

  private static void await(long nanoTime) {
    for (long left; (left = nanoTime - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }
}
