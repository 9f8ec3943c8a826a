package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of {@link BackupStore} as JUnit 5 tests. Extend this class and implement how an
 * empty store is created.
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
 * <p>The tests store about 1,300 objects of at most 17 MiB, and need a heap of 256 MiB in addition
 * to that of the store. Content is generated from fixed seeds. Only the tests with concurrent
 * writers depend on the scheduling of threads. A test that takes more than 2 minutes fails.
 */
@Timeout(120)
public abstract class BackupStoreContract
    implements PutRules, FailedPutRules, ListRules, ReadRules, DeleteRules {
  private @Nullable BackupStore store;

  /** For subclasses. */
  protected BackupStoreContract() {}

  /**
   * Creates the store to test. Called once before each test.
   *
   * @return a new, empty store
   * @throws Exception when it cannot be created; the test fails
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
