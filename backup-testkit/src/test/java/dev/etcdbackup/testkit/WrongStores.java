package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.WrongStore.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.InputStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Stores with one mistake each, those of {@link WrongPuts} among them, and the test of the contract
 * that was made for it.
 */
final class WrongStores {
  private WrongStores() {}

  static Stream<Arguments> all() {
    return Stream.of(WrongPuts.all(), listing(), reading(), deleting())
        .flatMap(Function.identity());
  }

  private static Stream<Arguments> listing() {
    return Stream.of(
        wrong(
            "lists one page",
            "moreThanAThousandAreListedToTheLastAndDeletedToTheLast",
            store -> store.list((all, project) -> within(all, project).limit(1000))),
        wrong(
            "turns pages by counting, while others write and delete",
            "whatStaysIsListedWhileOthersWriteAndDelete",
            store ->
                store.list(
                    (all, project) -> {
                      if (within(all, project).noneMatch(b -> b.key().name().equals("19"))) {
                        return within(all, project); // another rule than this one
                      }
                      List<StoredBackup> first = store.allOnce(true, "p/00-");
                      int page = first.size() / 2;
                      List<StoredBackup> later = store.allOnce(false, "p/00-");
                      return Stream.concat(
                          within(first, project).limit(page), within(later, project).skip(page));
                    })),
        wrong(
            "lists by bare prefix",
            "aProjectIsAWholeSegment",
            store ->
                store.list(
                    (all, project) ->
                        all.stream()
                            .filter(b -> b.key().toString().startsWith(project))
                            .filter(b -> b.key().isReserved() == project.contains("/.")))),
        wrong(
            "lists marks as backups",
            "whatIsKeptBesideTheBackupsIsNoBackupAndIsListedApart",
            store ->
                store.list(
                    (all, project) ->
                        all.stream()
                            .filter(
                                b ->
                                    project.isEmpty()
                                        || b.key().toString().startsWith(project + "/")))),
        wrong(
            "does not list marks at all",
            "whatIsKeptBesideTheBackupsIsNoBackupAndIsListedApart",
            store ->
                store.list(
                    (all, project) -> within(all, project).filter(b -> !b.key().isReserved()))),
        wrong(
            "lists nothing for the empty project",
            "theEmptyProjectIsEverything",
            store ->
                store.list((all, project) -> within(all, project).filter(b -> !project.isEmpty()))),
        wrong(
            "lists one level",
            "namesBelowDirectoriesBelongToTheProject",
            store ->
                store.list(
                    (all, project) ->
                        within(all, project).filter(b -> b.key().name().indexOf('/') < 0))),
        wrong(
            "lists in the order of UTF-16",
            "keysKeepTheirCharactersAndComeInTheOrderOfTheirUtf8Bytes",
            store ->
                store.list(
                    (all, project) ->
                        within(all, project)
                            .sorted(Comparator.comparing(b -> b.key().toString())))),
        wrong(
            "lists what is not there",
            "aStoreWithNothingInItListsNothing",
            store ->
                store.list(
                    (all, project) ->
                        Stream.of(new StoredBackup(BackupKey.of("p", "a"), 0, Instant.EPOCH, "")))),
        wrong(
            "lists without sizes",
            "listAndFindSayTheSame",
            store ->
                store.list(
                    (all, project) ->
                        within(all, project)
                            .map(
                                b ->
                                    new StoredBackup(b.key(), 0, b.lastModified(), b.version())))));
  }

  private static Stream<Arguments> reading() {
    return Stream.of(
        wrong(
            "finds by prefix",
            "whatIsNotThereIsNotFound",
            store ->
                store.find(
                    (right, key) ->
                        right.list("").stream()
                            .filter(b -> b.key().toString().startsWith(key.toString()))
                            .findFirst())),
        wrong(
            "reads from the beginning",
            "aRangeIsReadExactly",
            store -> store.open((right, backup, offset, length) -> right.open(backup, 0, length))),
        wrong(
            "reads to the end",
            "aRangeIsReadExactly",
            store ->
                store.open(
                    (right, backup, offset, length) ->
                        right.open(backup, offset, backup.size() - offset))),
        wrong(
            "reads what there is of a range",
            "aRangeOutsideIsRefused",
            store ->
                store.open(
                    (right, backup, offset, length) -> {
                      long from = Math.max(0, Math.min(offset, backup.size()));
                      long count = Math.max(0, Math.min(length, backup.size() - from));
                      return right.open(backup, from, count);
                    })),
        wrong(
            "opens what is there now",
            "aBackupThatWasReplacedIsNotOpened",
            store ->
                store.open(
                    (right, backup, offset, length) ->
                        right.open(right.find(backup.key()).orElse(backup), offset, length))),
        wrong(
            "opens nothing as nothing",
            "aDeletedBackupIsNotOpened",
            store ->
                store.open(
                    (right, backup, offset, length) ->
                        right.find(backup.key()).isEmpty()
                            ? InputStream.nullInputStream()
                            : right.open(backup, offset, length))),
        wrong(
            "lists versions that nothing has",
            "whatWasListedCanBeOpened",
            store ->
                store.list(
                    (all, project) ->
                        within(all, project)
                            .map(b -> new StoredBackup(b.key(), b.size(), b.lastModified(), "")))),
        wrong(
            "holds connections",
            "streamsThatAreClosedEarlyHoldNothing",
            store -> {
              AtomicInteger connections = new AtomicInteger();
              return store.open(
                  (right, backup, offset, length) -> {
                    if (connections.incrementAndGet() > 50) {
                      throw new StoreException("no connection is left", null);
                    }
                    return right.open(backup, offset, length);
                  });
            }));
  }

  private static Stream<Arguments> deleting() {
    return Stream.of(
        wrong("deletes nothing", "aDeletedBackupIsGone", store -> store.delete(k -> Stream.of())),
        wrong(
            "never frees a name",
            "aDeletedNameIsFreeAgain",
            store -> {
              Set<BackupKey> used = ConcurrentHashMap.newKeySet();
              return store.put(
                  (right, key, content) -> {
                    if (used.contains(key)) {
                      throw new BackupExistsException(key);
                    }
                    StoredBackup stored = right.put(key, content);
                    used.add(key);
                    return stored;
                  });
            }),
        wrong(
            "deletes one request's worth",
            "moreThanAThousandAreListedToTheLastAndDeletedToTheLast",
            store -> store.delete(keys -> keys.stream().limit(1000))),
        wrong(
            "deletes by prefix",
            "otherKeysWithTheSameBeginningStay",
            store -> store.deleteAll((stored, named) -> stored.startsWith(named))),
        wrong(
            "deletes directories",
            "theNameOfADirectoryDeletesNothing",
            store -> store.deleteAll((stored, named) -> stored.startsWith(named + "/"))),
        wrong(
            "deletes everything when nothing is named",
            "nothingIsDeletedWhenNothingIsNamed",
            store -> store.delete(keys -> keys.isEmpty() ? store.keys() : keys.stream())),
        wrong(
            "refuses keys that are absent",
            "aKeyThatIsAbsentCountsAsGone",
            WrongStore::refuseAbsent));
  }

  private static Arguments wrong(String isWrong, String rule, UnaryOperator<WrongStore> mistake) {
    Supplier<WrongStore> store = () -> mistake.apply(new WrongStore());
    return arguments(isWrong, rule, store);
  }
}
