package dev.etcdbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.FaultyBackupStore;
import dev.etcdbackup.testkit.faults.Operation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A matrix that finds nothing proves nothing: wrong stores are found out. */
class CaseRunTest {
  private Duration settling = CaseRun.SETTLING;
  @TempDir private Path directory;
  private final InMemoryBackupStore kept = new InMemoryBackupStore();

  @Test
  void aGoodStoreIsGood() throws Exception {
    assertThat(complaints(Operation.FIND, Outcome.STORE, store -> store)).isEmpty();
  }

  @Test
  void aFaultThatNeverStrikesIsFoundOut() throws Exception {
    assertThat(complaints(Operation.GET, Outcome.DONE, store -> store))
        .containsExactly("the fault did not fire");
  }

  @Test
  void anEndingOfTheWrongKindIsFoundOut() throws Exception {
    assertThat(complaints(Operation.FIND, Outcome.SOURCE, store -> store))
        .singleElement()
        .asString()
        .startsWith("ended with 'store failed' instead of [source failed]");
  }

  @Test
  void aStoreThatLeavesHalfABackupIsFoundOut() throws Exception {
    assertThat(
            complaints(
                Operation.PUT,
                Outcome.STORE,
                store ->
                    new ForwardingBackupStore(store) {
                      @Override
                      public StoredBackup put(BackupKey key, Content content)
                          throws BackupException {
                        try {
                          return super.put(key, content);
                        } catch (StoreException e) {
                          kept.put(key, Content.of(new ByteArrayInputStream(new byte[10])));
                          throw e;
                        }
                      }
                    }))
        .anyMatch(line -> line.contains("is there, and is not the snapshot: 10"))
        .anyMatch(line -> line.contains("there are 1 new backups"));
  }

  @Test
  void aStoreThatTouchesAnEarlierBackupIsFoundOut() throws Exception {
    assertThat(
            complaints(
                Operation.PUT,
                Outcome.STORE,
                store ->
                    new ForwardingBackupStore(store) {
                      @Override
                      public StoredBackup put(BackupKey key, Content content)
                          throws BackupException {
                        kept.delete(List.of(Snapshots.olderKey()));
                        return super.put(key, content);
                      }
                    }))
        .anyMatch(line -> line.equals(Snapshots.olderKey() + " is gone"));
  }

  @Test
  void aStoreThatNeverRecoversIsFoundOut() throws Exception {
    assertThat(
            complaints(
                Operation.FIND,
                Outcome.STORE,
                store ->
                    new ForwardingBackupStore(store) {
                      @Override
                      public Optional<StoredBackup> find(BackupKey key) throws BackupException {
                        super.find(key);
                        throw new StoreException("never again", null);
                      }
                    }))
        .singleElement()
        .asString()
        .startsWith("the next run: store failed never again");
  }

  @Test
  void aThreadLeftBehindIsFoundOut() throws Exception {
    settling = Duration.ofSeconds(1);
    Object forEver = new Object();
    assertThat(
            complaints(
                Operation.FIND,
                Outcome.STORE,
                store ->
                    new ForwardingBackupStore(store) {
                      @Override
                      public Optional<StoredBackup> find(BackupKey key) throws BackupException {
                        Thread left = new Thread(() -> waitOn(forEver), "left-behind");
                        left.setDaemon(true);
                        left.start();
                        return super.find(key);
                      }
                    }))
        .singleElement()
        .asString()
        .startsWith("threads are left: [left-behind");
  }

  private static void waitOn(Object object) {
    synchronized (object) {
      try {
        while (true) {
          object.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs one case that creates a backup in a store over a faulty one. */
  private List<String> complaints(
      Operation failing, Outcome allowed, UnaryOperator<BackupStore> store) throws Exception {
    Fault fault = Faults.on(failing).answer(503);
    Trouble trouble = new Scripted(fault);
    Case testCase =
        new Case(
            Backend.Kind.DIRECTORY,
            Job.CREATE_SMALL,
            failing.toString(),
            "503",
            () -> trouble,
            Set.of(allowed),
            Cases.PATIENT);
    try (Backend backend = new Memory(store.apply(FaultyBackupStore.over(kept, fault)))) {
      return new CaseRun(testCase, trouble, backend, directory, settling).run().complaints();
    }
  }

  private final class Memory implements Backend {
    private final BackupStore faultyStore;

    Memory(BackupStore faultyStore) {
      this.faultyStore = faultyStore;
    }

    @Override
    public BackupStore faultyStore() {
      return faultyStore;
    }

    @Override
    public BackupStore clear() {
      return kept;
    }

    @Override
    public SnapshotSource source(byte[] snapshot) {
      return FixedSnapshotSource.of(snapshot);
    }

    @Override
    public void overwrite(BackupKey key, byte[] bytes) {
      throw new UnsupportedOperationException("not needed here");
    }

    @Override
    public void sweep() {}

    @Override
    public List<String> leftovers() {
      return List.of();
    }

    @Override
    public void closeClients() {}

    @Override
    public int openConnections() {
      return 0;
    }

    @Override
    public void close() throws IOException {}
  }
}
