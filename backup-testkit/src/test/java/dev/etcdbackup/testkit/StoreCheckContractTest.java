package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.WrongStore.overwrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import java.io.ByteArrayInputStream;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each wrong store fails the tests made for it, and a right one keeps what it had. */
class StoreCheckContractTest {
  private static final String SMALL = "aSmallBackupIsStoredListedReadAndDeleted";
  private static final String LARGE = "aLargeBackupIsStoredListedReadAndDeleted";
  private static final String NAME = "aNameKeepsItsCharacters";
  private static final String TAKEN = "aTakenNameIsRefusedAndItsBackupStays";

  private static BackupStore subject = new InMemoryBackupStore();

  private final ContractRun contract = new ContractRun(Subject.class);

  static class Subject extends StoreCheckContract {
    @Override
    protected BackupStore store() {
      return subject;
    }
  }

  @Test
  void aStoreInUseIsAcceptedAndKeepsWhatItHas() throws Exception {
    subject = new InMemoryBackupStore();
    StoreRules.put(subject, "p/a", new byte[10]);

    assertThat(contract.failing()).isEmpty();

    assertThat(StoreRules.keys(subject, "")).containsExactly("p/a");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        arguments(
            "overwrites",
            new WrongStore()
                .put(
                    (right, key, content) ->
                        overwrite(right, key, content.stream().readAllBytes())),
            Set.of(TAKEN)),
        arguments(
            "takes one megabyte of each backup",
            new WrongStore()
                .put(
                    (right, key, content) ->
                        right.put(
                            key,
                            Content.of(
                                new ByteArrayInputStream(content.stream().readNBytes(1_000_000))))),
            Set.of(LARGE)),
        arguments(
            "decodes names",
            new WrongStore()
                .put(
                    (right, key, content) ->
                        right.put(BackupKey.parse(key.toString().replace('+', ' ')), content)),
            Set.of(NAME)),
        arguments(
            "lists nothing",
            new WrongStore().list((all, project) -> Stream.of()),
            Set.of(SMALL, LARGE, NAME)),
        arguments(
            "deletes nothing",
            new WrongStore().delete(keys -> Stream.of()),
            Set.of(SMALL, LARGE, NAME)),
        arguments(
            "cannot be listed",
            new WrongStore()
                .list(
                    (all, project) -> {
                      throw new IllegalStateException("no rights");
                    }),
            Set.of("theStoreIsListed", SMALL, LARGE, NAME)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void catchesAStoreThat(String isWrong, BackupStore store, Set<String> rules) {
    subject = store;
    assertThat(contract.failing()).containsExactlyInAnyOrderElementsOf(rules);
  }
}
