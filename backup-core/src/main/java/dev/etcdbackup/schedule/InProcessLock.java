package dev.etcdbackup.schedule;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who holds what, in a map. */
final class InProcessLock implements BackupLock {
  private final ConcurrentHashMap<String, Held> holders = new ConcurrentHashMap<>();

  @Override
  public Optional<Held> tryAcquire(String project, Runnable onLoss) {
    Objects.requireNonNull(onLoss, "onLoss");
    Held mine = new Entry(project);
    return holders.putIfAbsent(project, mine) == null ? Optional.of(mine) : Optional.empty();
  }

  private final class Entry implements Held {
    private final String project;

    Entry(String project) {
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
