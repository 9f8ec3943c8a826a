package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupLock;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A lock with leases that is right in everything but what a test makes wrong. */
final class WrongLock {
  private final ConcurrentMap<String, Lease> holders = new ConcurrentHashMap<>();
  private UnaryOperator<String> name = UnaryOperator.identity();
  private Predicate<Lease> take = Lease::takeIfFree;
  private Predicate<Lease> confirm = Lease::isHolder;
  private Consumer<Lease> close = Lease::giveBack;
  private Consumer<Lease> lose = Lease::giveBackAndTell;

  /** What the lock of a project is called. */
  WrongLock name(UnaryOperator<String> wrong) {
    this.name = wrong;
    return this;
  }

  WrongLock take(Predicate<Lease> wrong) {
    this.take = wrong;
    return this;
  }

  WrongLock confirm(Predicate<Lease> wrong) {
    this.confirm = wrong;
    return this;
  }

  WrongLock close(Consumer<Lease> wrong) {
    this.close = wrong;
    return this;
  }

  WrongLock lose(Consumer<Lease> wrong) {
    this.lose = wrong;
    return this;
  }

  BackupLock newReplica() {
    return new BackupLock() {
      @Override
      public Optional<Held> tryAcquire(String project, Runnable onLoss) {
        Lease lease = new Lease(this, name.apply(project), onLoss);
        return take.test(lease) ? Optional.of(lease) : Optional.empty();
      }
    };
  }

  void lose(BackupLock.Held held) {
    lose.accept((Lease) held);
  }

  final class Lease implements BackupLock.Held {
    private final BackupLock replica;
    private final String project;
    private final Runnable onLoss;
    private final Thread thread = Thread.currentThread();

    Lease(BackupLock replica, String project, Runnable onLoss) {
      this.replica = replica;
      this.project = project;
      this.onLoss = onLoss;
    }

    boolean takeIfFree() {
      return holders.putIfAbsent(project, this) == null;
    }

    boolean takeAnyway() {
      holders.put(project, this);
      return true;
    }

    boolean isFree() {
      return !holders.containsKey(project);
    }

    /** Whether this thread holds it, by this replica. */
    boolean isHeldHere() {
      Lease holder = holders.get(project);
      return holder != null && holder.replica == replica && holder.thread == thread;
    }

    boolean isHolder() {
      return holders.get(project) == this;
    }

    void giveBack() {
      holders.remove(project, this);
    }

    void giveBackWhateverIsThere() {
      holders.remove(project);
    }

    void giveBackAndTell() {
      giveBack();
      tell();
    }

    void tell() {
      onLoss.run();
    }

    @Override
    public boolean confirm() {
      return confirm.test(this);
    }

    @Override
    public void close() {
      close.accept(this);
    }
  }
}
