package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract is worth what it catches: each wrong source fails the test made for it. */
class SnapshotSourceContractTest {
  private static final byte[] BYTES = TestSnapshots.bytes(7, 100);
  private static final FixedSnapshotSource RIGHT = FixedSnapshotSource.of(BYTES);

  /** Takes seconds to read, so that a test always closes it in the middle. */
  private static final SnapshotSource LONG =
      FixedSnapshotSource.of(() -> TestSnapshots.stream(7, 2_000_000));

  private static SnapshotSource subject = RIGHT;

  private final ContractRun contract = new ContractRun(Subject.class);

  static class Subject extends SnapshotSourceContract {
    @Override
    protected SnapshotSource newSource() {
      return subject;
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongSources")
  void catchesASourceThat(String isWrong, String rule, SnapshotSource source) {
    subject = source;
    assertThat(contract.failing(rule))
        .as("failing tests of a source that %s", isWrong)
        .containsExactly(rule);
  }

  @Test
  void acceptsTheSourceFromWhichTheWrongOnesAreDerived() {
    subject = RIGHT;
    assertThat(contract.failing()).isEmpty();
  }

  @Test
  void noRuleIsWithoutASourceThatBreaksIt() {
    assertThat(wrongSources().map(wrong -> wrong.get()[1])).containsAll(contract.rules());
  }

  static Stream<Arguments> wrongSources() {
    return Stream.concat(wrongStreams(), wrongFacts());
  }

  private static Stream<Arguments> wrongStreams() {
    return Stream.of(
        wrong(
            "takes a cut for the end",
            "theStreamIsAWholeSnapshot",
            right -> right.stream(always(new ByteArrayInputStream(BYTES, 0, BYTES.length - 1)))),
        wrong(
            "begins anew at each call",
            "theStreamIsTheSameAtEachCall",
            right -> right.stream(() -> new ByteArrayInputStream(BYTES))),
        wrong(
            "reads ahead when asked for one byte",
            "bytesCanBeReadOneByOne",
            right ->
                right.read(
                    (in, buffer, offset, length) -> {
                      int count = in.read(buffer, offset, length);
                      return length == 1 ? in.read(buffer, offset, length) : count;
                    })),
        wrong(
            "takes a read of no bytes for the end",
            "aReadOfNoBytesGivesNone",
            right ->
                right.read(
                    (in, buffer, offset, length) ->
                        length == 0 ? -1 : in.read(buffer, offset, length))),
        wrong(
            "throws after the end",
            "theEndIsReportedRepeatedly",
            right -> {
              AtomicBoolean ended = new AtomicBoolean();
              return right.read(
                  (in, buffer, offset, length) -> {
                    if (ended.get()) {
                      throw new IOException("ended");
                    }
                    int count = in.read(buffer, offset, length);
                    ended.set(count < 0);
                    return count;
                  });
            }),
        wrong(
            "ends when closed",
            "aClosedSnapshotThrowsAndNeverLooksLikeAnEnd",
            right -> right.read(SnapshotSourceContractTest::endOnFailure)),
        wrong(
            "ends when closed",
            "closingTheStreamClosesTheSnapshot",
            right -> right.read(SnapshotSourceContractTest::endOnFailure)),
        arguments(
            "ends when closed",
            "closingFromAnotherThreadEndsTheReading",
            source(LONG, right -> right.read(SnapshotSourceContractTest::endOnFailure))));
  }

  private static Stream<Arguments> wrongFacts() {
    SnapshotDigest made = new SnapshotDigest(BYTES.length, "00", OptionalLong.empty());
    Snapshot shared = new WrongSnapshot(RIGHT.open()).close(() -> {});
    SnapshotSource sharing = () -> shared;
    return Stream.of(
        wrong("guesses the size", "theSizeIsKnownBeforeTheFirstByteIsRead", r -> r.size(409_600)),
        wrong(
            "has no origin",
            "theFactsAreKnownBeforeTheFirstByteIsRead",
            right -> right.info(new SnapshotInfo("", 1, 0, 0, ""))),
        wrong(
            "makes its digest up", "theStreamIsAWholeSnapshot", right -> right.digest(() -> made)),
        wrong(
            "has a digest at once",
            "thereIsNoDigestBeforeTheEnd",
            right -> right.digest(() -> made)),
        wrong(
            "forgets its digest",
            "theDigestIsAvailableAfterTheSnapshotIsClosed",
            right -> {
              AtomicBoolean closed = new AtomicBoolean();
              return right
                  .close(() -> closed.set(true))
                  .digest(
                      () -> {
                        if (closed.get()) {
                          throw new IllegalStateException("closed");
                        }
                        return made;
                      });
            }),
        arguments("shares a snapshot", "twoSnapshotsAtOnceDoNotDisturbEachOther", sharing));
  }

  private static int endOnFailure(InputStream in, byte[] buffer, int offset, int length)
      throws IOException {
    try {
      return in.read(buffer, offset, length);
    } catch (BackupException e) {
      return -1;
    }
  }

  private static Supplier<InputStream> always(InputStream stream) {
    return () -> stream;
  }

  private static Arguments wrong(
      String isWrong, String rule, UnaryOperator<WrongSnapshot> mistake) {
    return arguments(isWrong, rule, source(RIGHT, mistake));
  }

  private static SnapshotSource source(SnapshotSource right, UnaryOperator<WrongSnapshot> mistake) {
    return () -> mistake.apply(new WrongSnapshot(right.open()));
  }
}
