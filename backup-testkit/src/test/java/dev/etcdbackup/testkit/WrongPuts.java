package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.WrongStore.overwrite;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Stores that put wrongly, with one mistake each, and the test of the contract that was made for
 * it.
 */
final class WrongPuts {
  private WrongPuts() {}

  static Stream<Arguments> all() {
    return Stream.concat(putting(), failing());
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
            WrongPuts::lookThenOverwrite),
        wrongPut(
            "looks only before",
            "ofTwoPutsOfOneKeyAtOnceExactlyOneWins",
            WrongPuts::lookThenOverwrite),
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
        wrongPut("keeps the part before a failure", asItIs, WrongPuts::keepPart),
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
            WrongPuts::keepPart),
        wrongPut(
            "keeps the part before what is corrupt",
            "aContentThatProvesCorruptComesThroughAsItIs",
            WrongPuts::keepPart),
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

  private static StoredBackup lookThenOverwrite(
      InMemoryBackupStore right, BackupKey key, Content content) throws IOException {
    if (right.find(key).isPresent()) {
      throw new BackupExistsException(key);
    }
    return overwrite(right, key, content.stream().readAllBytes());
  }

  static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes));
  }

  static Arguments wrongPut(String isWrong, String rule, WrongStore.Put put) {
    return wrong(isWrong, rule, store -> store.put(put));
  }

  static Arguments wrong(String isWrong, String rule, UnaryOperator<WrongStore> mistake) {
    Supplier<WrongStore> store = () -> mistake.apply(new WrongStore());
    return arguments(isWrong, rule, store);
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
}
