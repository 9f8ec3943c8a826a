package dev.etcdbackup;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who holds what, in a map. */
final class InProcessLock implements BackupLock {
  private final ConcurrentHashMap<String, Held> holders = new ConcurrentHashMap<>();

  @Override
  public Optional<Held> tryAcquire(String project, Runnable onLoss) {
    Objects.requireNonNull(onLoss, "onLoss");
    Held mine = new ClusterState(project);
    return holders.putIfAbsent(project, mine) == null ? Optional.of(mine) : Optional.empty();
  }

  private final class ClusterState implements Held {
    private final String project;

    ClusterState(String project) {
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
