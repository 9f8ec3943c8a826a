package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.StoreRules.assertEmpty;
import static dev.etcdbackup.testkit.StoreRules.assertStored;
import static dev.etcdbackup.testkit.StoreRules.keys;
import static dev.etcdbackup.testkit.StoreRules.put;
import static dev.etcdbackup.testkit.StoreRules.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.DeleteResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules for deleting: exactly the given keys are deleted. */
interface DeleteRules extends StoreRules {
  @Test
  default void aDeletedBackupIsGone() throws Exception {
    put(store(), "p/a", random(1, 1000));
    DeleteResult result = store().delete(List.of(BackupKey.of("p", "a")));
    assertThat(result.gone()).containsExactly(BackupKey.of("p", "a"));
    assertThat(result.refused()).isEmpty();
    assertEmpty(store(), "p/a");
  }

  @Test
  default void aKeyThatIsAbsentCountsAsGone() throws Exception {
    put(store(), "p/a", random(1, 1000));
    BackupKey there = BackupKey.of("p", "a");
    BackupKey absent = BackupKey.of("p", "never-was");
    DeleteResult result = store().delete(List.of(absent, there, there));
    assertThat(result.gone()).containsExactlyInAnyOrder(there, absent);
    assertThat(result.refused()).isEmpty();
  }

  @Test
  default void nothingIsDeletedWhenNothingIsNamed() throws Exception {
    byte[] bytes = random(1, 1000);
    put(store(), "p/a", bytes);
    DeleteResult result = store().delete(List.of());
    assertThat(result.gone()).isEmpty();
    assertThat(result.refused()).isEmpty();
    assertStored(store(), "p/a", bytes);
  }

  @Test
  default void otherKeysWithTheSameBeginningStay() throws Exception {
    List<String> others = List.of("p/a.b", "p/ab", "p/b/a", "p2/a");
    put(store(), "p/a", random(1, 10));
    for (String other : others) {
      put(store(), other, random(1, 10));
    }
    store().delete(List.of(BackupKey.of("p", "a")));
    assertThat(keys(store(), "")).containsExactlyElementsOf(others);
  }

  @Test
  default void theNameOfADirectoryDeletesNothing() throws Exception {
    put(store(), "p/sub/a", random(1, 10));
    store().delete(List.of(BackupKey.of("p", "sub"), BackupKey.parse("p")));
    assertThat(keys(store(), "")).containsExactly("p/sub/a");
  }

  @Test
  default void aDeletedNameIsFreeAgain() throws Exception {
    put(store(), "p/a", random(1, 1000));
    store().delete(List.of(BackupKey.of("p", "a")));
    byte[] second = random(2, 500);
    put(store(), "p/a", second);
    assertStored(store(), "p/a", second);
  }
}
