package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupLock;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A lock that can be lost, out of reach, and held for as long as a run takes in virtual time. */
final class LeaseLock implements BackupLock {
  private final Map<String, Lease> holders = new HashMap<>();
  boolean unreachable;

  @Override
  public synchronized Optional<Held> tryAcquire(String project, Runnable onLoss)
      throws IOException {
    if (unreachable) {
      throw new IOException("the lock's etcd does not answer");
    }
    Lease mine = new Lease(project, onLoss);
    return holders.putIfAbsent(project, mine) == null ? Optional.of(mine) : Optional.empty();
  }

  /** Takes every lock away; each holder is notified. */
  void loseAll() {
    holdersNow().forEach(this::lose);
  }

  /** Makes every holder lose its lock without a notification, as when the holder was paused. */
  synchronized void loseAllSilently() {
    holders.clear();
  }

  void lose(Held held) {
    Lease lease = (Lease) held;
    boolean lost;
    synchronized (this) {
      lost = holders.remove(lease.project, lease);
    }
    if (lost) {
      lease.onLoss.run();
    }
  }

  private synchronized Iterable<Lease> holdersNow() {
    return Map.copyOf(holders).values();
  }

  private final class Lease implements Held {
    private final String project;
    private final Runnable onLoss;

    Lease(String project, Runnable onLoss) {
      this.project = project;
      this.onLoss = onLoss;
    }

    @Override
    public boolean confirm() {
      synchronized (LeaseLock.this) {
        return holders.get(project) == this;
      }
    }

    @Override
    public void close() {
      synchronized (LeaseLock.this) {
        holders.remove(project, this);
      }
    }
  }
}
