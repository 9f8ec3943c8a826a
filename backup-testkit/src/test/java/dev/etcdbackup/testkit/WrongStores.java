package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.WrongStore.overwrite;
import static dev.etcdbackup.testkit.WrongStore.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Stores with one mistake each, and the test of the contract that was made for it. */
final class WrongStores {
  private WrongStores() {}

  static Stream<Arguments> all() {
    return Stream.of(putting(), failing(), listing(), reading(), deleting())
        .flatMap(Function.identity());
  }

  private static Stream<Arguments> putting() {
    return Stream.of(
        wrongPut(
            "overwrites",
            "aSecondPutUnderTheSameKeyIsRefusedAndLeavesTheFirstUntouched",
            (right, key, content) -> overwrite(right, key, content.stream().readAllBytes())),
        wrongPut(
            "looks only before",
            "aNameTakenMeanwhileIsRefusedAtTheEnd",
            WrongStores::lookThenOverwrite),
        wrongPut(
            "looks only before",
            "ofTwoPutsOfOneKeyAtOnceExactlyOneWins",
            WrongStores::lookThenOverwrite),
        wrongPut(
            "looks only at the end",
            "aTakenNameIsRefusedBeforeTheContentIsRead",
            (right, key, content) -> right.put(key, content(content.stream().readAllBytes()))),
        wrongPut(
            "trusts the expected size",
            "theExpectedSizeIsOnlyAHint",
            (right, key, content) -> {
              int size = (int) content.expectedSize().orElse(Integer.MAX_VALUE);
              return right.put(key, content(content.stream().readNBytes(size)));
            }),
        wrongPut(
            "needs the expected size",
            "theExpectedSizeMayBeUnknown",
            (right, key, content) -> {
              int size = (int) content.expectedSize().orElse(0);
              return right.put(key, content(content.stream().readNBytes(size)));
            }),
        wrongPut(
            "takes one read for all",
            "whatIsPutIsFoundListedAndReadBack",
            (right, key, content) -> right.put(key, content(content.stream().readNBytes(100_000)))),
        wrongPut(
            "closes the content",
            "theContentIsLeftOpen",
            (right, key, content) -> {
              try (InputStream in = content.stream()) {
                return right.put(key, Content.of(in));
              }
            }),
        wrongPut(
            "shows a backup before it is whole",
            "nothingIsVisibleBeforeTheContentHasEnded",
            (right, key, content) -> {
              overwrite(right, key, new byte[0]);
              return overwrite(right, key, content.stream().readAllBytes());
            }),
        wrongPut(
            "repairs keys instead of refusing them",
            "aKeyThatIsNotWritableIsRefused",
            (right, key, content) ->
                right.put(BackupKey.of("p", "x" + key.name().replaceAll("\\W", "")), content)),
        wrong(
            "shares a buffer among puts",
            "putsOfManyKeysAtOnceDoNotDisturbEachOther",
            store -> {
              AtomicReference<byte[]> buffer = new AtomicReference<>();
              return store.put(
                  (right, key, content) -> {
                    buffer.compareAndSet(null, content.stream().readAllBytes());
                    return right.put(key, content(buffer.get()));
                  });
            }));
  }

  private static Stream<Arguments> failing() {
    String asItIs = "aContentThatFailsComesThroughAsItIsAndLeavesNothing";
    String interrupted = "anInterruptedPutEndsAndLeavesNothing";
    return Stream.of(
        wrongPut(
            "takes a failure for the end",
            asItIs,
            (right, key, content) -> {
              ByteArrayOutputStream read = new ByteArrayOutputStream();
              try {
                content.stream().transferTo(read);
              } catch (IOException ignored) {
                // That is what is wrong.
              }
              return right.put(key, content(read.toByteArray()));
            }),
        wrongPut("keeps the part before a failure", asItIs, WrongStores::keepPart),
        wrong(
            "loses an abort, so that the name stays taken",
            asItIs,
            store -> {
              Set<BackupKey> begun = ConcurrentHashMap.newKeySet();
              return store.put(
                  (right, key, content) -> {
                    if (begun.contains(key)) {
                      throw new BackupExistsException(key);
                    }
                    try {
                      return right.put(key, content);
                    } catch (SourceException | CorruptBackupException e) {
                      begun.add(key);
                      throw e;
                    }
                  });
            }),
        wrongPut(
            "calls a failure of the source its own",
            asItIs,
            (right, key, content) -> {
              try {
                return right.put(key, content);
              } catch (SourceException e) {
                throw new StoreException("the upload failed", e);
              }
            }),
        wrongPut(
            "keeps the part before a bug",
            "aContentThatThrowsUncheckedLeavesNothing",
            WrongStores::keepPart),
        wrongPut(
            "keeps the part before what is corrupt",
            "aContentThatProvesCorruptComesThroughAsItIs",
            WrongStores::keepPart),
        wrongPut(
            "lets other exceptions through",
            "anyOtherFailureOfReadingIsTheSources",
            (right, key, content) -> right.put(key, content(content.stream().readAllBytes()))),
        wrongPut(
            "does not mind being interrupted",
            interrupted,
            (right, key, content) -> {
              byte[] bytes = content.stream().readAllBytes();
              boolean was = Thread.interrupted();
              StoredBackup stored = right.put(key, content(bytes));
              if (was) {
                Thread.currentThread().interrupt();
              }
              return stored;
            }),
        wrongPut(
            "forgets that it was interrupted",
            interrupted,
            (right, key, content) -> {
              try {
                return right.put(key, content);
              } finally {
                Thread.interrupted();
              }
            }));
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

  private static StoredBackup lookThenOverwrite(
      InMemoryBackupStore right, BackupKey key, Content content) throws IOException {
    if (right.find(key).isPresent()) {
      throw new BackupExistsException(key);
    }
    return overwrite(right, key, content.stream().readAllBytes());
  }

  private static StoredBackup keepPart(InMemoryBackupStore right, BackupKey key, Content content)
      throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      content.stream().transferTo(read);
    } finally {
      overwrite(right, key, read.toByteArray());
    }
    return right.find(key).orElseThrow();
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes));
  }

  private static Arguments wrongPut(String isWrong, String rule, WrongStore.Put put) {
    return wrong(isWrong, rule, store -> store.put(put));
  }

  private static Arguments wrong(String isWrong, String rule, UnaryOperator<WrongStore> mistake) {
    Supplier<WrongStore> store = () -> mistake.apply(new WrongStore());
    return arguments(isWrong, rule, store);
  }
}
