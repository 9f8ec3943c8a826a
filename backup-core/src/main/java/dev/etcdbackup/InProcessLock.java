package dev.etcdbackup;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A lock within one process: a map from each locked project to its holder. */
final class InProcessLock implements BackupLock {
  private final ConcurrentHashMap<String, Held> holders = new ConcurrentHashMap<>();

  @Override
  public Optional<Held> tryAcquire(String project, Runnable onLoss) {
    Objects.requireNonNull(onLoss, "onLoss");
    Held mine = new HeldLock(project);
    return holders.putIfAbsent(project, mine) == null ? Optional.of(mine) : Optional.empty();
  }

  private final class HeldLock implements Held {
    private final String project;

    HeldLock(String project) {
      this.project = project;
    }

    @Override
    public boolean confirm() {
      return holders.get(project) == this;
    }

    @Override
    public void close() {
      holders.remove(project, this);
    }
  }
}
