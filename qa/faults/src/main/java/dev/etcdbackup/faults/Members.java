package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The members of an etcd to which something happens. */
final class Members implements AutoCloseable {
  /** Larger than all buffers, which hold 4 MiB, so that the rest of a snapshot is at the member. */
  static final int BYTES = 8 << 20;

  private static final int VALUE_BYTES = 1 << 18;
  private static final int ATTEMPTS = 150;

  private final EtcdCluster cluster;
  private final List<EtcdServer> all = new ArrayList<>();
  private @Nullable Thread busy;

  Members(EtcdCluster cluster, int count) {
    this.cluster = cluster;
    for (int i = 0; i < count; i++) {
      all.add(cluster.member(i));
    }
  }

  /** Keys of 8 MiB. */
  void fill() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < BYTES / VALUE_BYTES; i++) {
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      all.get(0).put("key" + i, value);
    }
  }

  EtcdServer member(long id) {
    return all.stream().filter(member -> member.memberId() == id).findFirst().orElseThrow();
  }

  /** Those that are not this one. */
  List<EtcdServer> others(long id) {
    return all.stream().filter(member -> member.memberId() != id).toList();
  }

  /** Starts those that were killed, at once, for one alone waits for the others. */
  void restartDead() throws IOException {
    List<Thread> starting = new ArrayList<>();
    List<IOException> failures = new CopyOnWriteArrayList<>();
    for (EtcdServer member : all) {
      if (!member.running()) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    member.restart();
                  } catch (IOException e) {
                    failures.add(e);
                  }
                });
        thread.start();
        starting.add(thread);
      }
    }
    try {
      for (Thread thread : starting) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  void resume() throws IOException {
    for (EtcdServer member : all) {
      member.resume();
    }
  }

  EtcdServer leader() throws IOException {
    for (EtcdServer member : all) {
      String status = member.etcdctl("endpoint", "status", "-w", "json");
      if (status.contains("\"leader\":" + Long.toUnsignedString(member.memberId()))) {
        return member;
      }
    }
    throw new IOException("there is no leader");
  }

  /** Does something that waits for the snapshot to end. */
  void inTheMeantime(Runnable work) {
    Thread thread = new Thread(work, "meantime");
    thread.setDaemon(true);
    thread.start();
    busy = thread;
  }

  void awaitMeantime() throws InterruptedException {
    if (busy != null) {
      busy.join();
    }
  }

  /** Has a member do what it may refuse for some seconds. */
  static void insist(EtcdServer member, String... command) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        member.etcdctl(command);
        return;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  @Override
  public void close() throws IOException {
    cluster.close();
  }
}
