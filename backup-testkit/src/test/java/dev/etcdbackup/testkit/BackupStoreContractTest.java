package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupStore;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract is worth what it catches: each wrong store fails the test made for it. */
class BackupStoreContractTest {
  private static Supplier<? extends BackupStore> subject = InMemoryBackupStore::new;

  private final ContractRun contract = new ContractRun(Subject.class);

  static class Subject extends BackupStoreContract {
    @Override
    protected BackupStore newStore() {
      return subject.get();
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("dev.etcdbackup.testkit.WrongStores#all")
  void catchesAStoreThat(String isWrong, String rule, Supplier<WrongStore> store) {
    subject = store;
    assertThat(contract.failing(rule))
        .as("failing tests of a store that %s", isWrong)
        .containsExactly(rule);
  }

  @Test
  void acceptsTheStoreFromWhichTheWrongOnesAreDerived() {
    subject = WrongStore::new;
    assertThat(contract.failing()).isEmpty();
  }

  @Test
  void noRuleIsWithoutAStoreThatBreaksIt() {
    assertThat(WrongStores.all().map(wrong -> wrong.get()[1])).containsAll(contract.rules());
  }
}
