package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link BackupStore} keeps, as JUnit 5 tests: extend it, and say how to make an empty
 * store.
 *
 * <pre>{@code
 * class MyStoreTest extends BackupStoreContract {
 *   @Override
 *   protected BackupStore newStore() {
 *     return new MyStore();
 *   }
 * }
 * }</pre>
 *
 * <p>The tests put some 1,300 objects, the largest of 17 MiB, and take a heap of 256 MiB beside
 * what the store needs. Content is made from fixed seeds. Only the race of two writers depends on
 * how threads run. A test that takes more than two minutes fails.
 */
@Timeout(120)
public abstract class BackupStoreContract
    implements PutRules, FailedPutRules, ListRules, ReadRules, DeleteRules {
  private @Nullable BackupStore store;

  /** For subclasses. */
  protected BackupStoreContract() {}

  /**
   * Makes the store to test; called once before each test.
   *
   * @return a fresh, empty store
   * @throws Exception when there is none; the test fails
   */
  protected abstract BackupStore newStore() throws Exception;

  @BeforeEach
  final void makeStore() throws Exception {
    store = newStore();
  }

  @Override
  public final BackupStore store() {
    return Objects.requireNonNull(store, "called before the test began");
  }
}
