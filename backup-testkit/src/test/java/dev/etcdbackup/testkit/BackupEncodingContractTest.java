package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.name.BackupName;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A correct encoding keeps the contract, and wrong ones do not. */
class BackupEncodingContractTest {
  private static Supplier<? extends BackupEncoding> subject = WrongEncoding::new;

  private final ContractRun contract = new ContractRun(Subject.class);

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("dev.etcdbackup.testkit.WrongEncoding#all")
  void isBrokenByAnEncodingThat(String isWrong, String rule, Supplier<BackupEncoding> encoding) {
    subject = encoding;
    assertThat(contract.failing(rule))
        .as("failing tests of an encoding that %s", isWrong)
        .containsExactly(rule);
  }

  @Test
  void isKeptByACorrectEncoding() {
    subject = WrongEncoding::new;
    assertThat(contract.failing()).isEmpty();
  }

  @Test
  void hasAWrongEncodingForEachRule() {
    assertThat(WrongEncoding.all().map(wrong -> wrong[1])).containsAll(contract.rules());
  }

  static class Subject extends BackupEncodingContract {
    @Override
    protected BackupEncoding encoding() {
      return subject.get();
    }

    @Override
    protected BackupName name() {
      return BackupName.parse("etcd.backup_v1450_2020-01-30-20:44:41.zst");
    }
  }
}
