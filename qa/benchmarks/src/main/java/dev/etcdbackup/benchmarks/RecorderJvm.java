package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The recorder of an etcd in a warm JVM, which stores in a directory.
 *
 * @param project where what it records goes; it begins with a backup when there is none
 */
record RecorderJvm(BenchmarkServers lab, String project, URI etcd) {
  /** Begins to record. The answer comes when a revision is stored. */
  CompletableFuture<WarmJvm.Answer> until(long revision) throws Exception {
    return ask("record directory " + project + ' ' + etcd + ' ' + revision);
  }

  /** The same, and watches the heap, which takes its time. */
  CompletableFuture<WarmJvm.Answer> untilWatchingTheHeap(long revision) throws Exception {
    return ask("heap record directory " + project + ' ' + etcd + ' ' + revision);
  }

  /**
   * Records what was written while none recorded, so that whoever measures afterwards does not
   * measure that.
   */
  void catchUp() throws Exception {
    WarmJvm.Answer unused = until(new LiveMember(etcd).revision()).get();
  }

  /** Writes a load and records it. */
  Recorded record(PutLoad load) throws Exception {
    long until = new LiveMember(etcd).revision() + load.revisions();
    CompletableFuture<WarmJvm.Answer> recorder = until(until);
    PutLoad.Written written = load.run(etcd, lab.progress());
    WarmJvm.Answer answer = recorder.get();
    return new Recorded(written, answer.cost(), answer.result());
  }

  /**
   * A load and the recorder beside it.
   *
   * @param written what was written
   * @param cost of the recorder
   * @param stored {@code REVISION@MILLIS,…}
   */
  record Recorded(PutLoad.Written written, Measurement cost, String stored) {
    /** For each revision how long after etcd's answer it was stored. */
    List<Double> rpoSeconds() {
      List<Double> seconds = new ArrayList<>();
      AtomicLongArray answered = written.answeredMillis();
      int next = 0;
      for (String object : stored.split(",", -1)) {
        int at = object.indexOf('@');
        long last = Long.parseLong(object.substring(0, at));
        long millis = Long.parseLong(object.substring(at + 1));
        for (; next < answered.length() && written.first() + next <= last; next++) {
          seconds.add((millis - answered.get(next)) / 1000.0);
        }
      }
      if (next < answered.length()) {
        throw new IllegalStateException("only " + next + " of the revisions were recorded");
      }
      return seconds;
    }
  }

  private CompletableFuture<WarmJvm.Answer> ask(String command) throws Exception {
    WarmJvm warm = lab.warm("changes-record");
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return warm.ask(command);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
