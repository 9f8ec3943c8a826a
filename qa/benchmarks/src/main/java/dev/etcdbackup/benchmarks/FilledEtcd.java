package dev.etcdbackup.benchmarks;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Fills an etcd, the same way each time. */
final class FilledEtcd {
  private static final long SEED = 20261122;
  private static final int PUTS_PER_TRANSACTION = 64; // of 128 that etcd allows
  private static final int TRANSACTIONS_AHEAD = 4;
  private static final int TRANSACTIONS_PER_LOOK = 32;

  private FilledEtcd() {}

  /**
   * Puts keys until the database has a size.
   *
   * @return what there is then, for people
   */
  static String fill(URI endpoint, long bytes, Values values, PrintStream progress)
      throws Exception {
    Values.Generator generator = values.generator(SEED);
    Queue<CompletableFuture<?>> ahead = new ArrayDeque<>();
    long keys = 0;
    long size = 0;
    try (Client client = Client.builder().endpoints(endpoint).build()) {
      for (long transactions = 0; ; transactions++) {
        if (transactions % TRANSACTIONS_PER_LOOK == 0) {
          size = client.getMaintenanceClient().statusMember(endpoint.toString()).get().getDbSize();
          progress.printf("\rfilling etcd: %d of %d MiB", size >> 20, bytes >> 20);
          if (size >= bytes) {
            break;
          }
        }
        if (ahead.size() == TRANSACTIONS_AHEAD) {
          ahead.remove().get();
        }
        ahead.add(client.getKVClient().txn().Then(puts(generator, keys)).commit());
        keys += PUTS_PER_TRANSACTION;
      }
      for (CompletableFuture<?> transaction : ahead) {
        transaction.get();
      }
    }
    progress.println();
    return (size >> 20) + " MiB, " + keys + " keys, values " + values;
  }

  private static Op[] puts(Values.Generator generator, long first) {
    List<Op> puts = new ArrayList<>(PUTS_PER_TRANSACTION);
    for (int i = 0; i < PUTS_PER_TRANSACTION; i++) {
      puts.add(
          Op.put(
              ByteSequence.from(generator.key(first + i)),
              ByteSequence.from(generator.value(first + i)),
              PutOption.DEFAULT));
    }
    return puts.toArray(Op[]::new);
  }
}
