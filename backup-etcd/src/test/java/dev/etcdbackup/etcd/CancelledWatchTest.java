package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.changes.ChangesCursor;
import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import io.etcd.jetcd.api.KeyValue;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A member that cancels the watch of a recorder, ends it, or never begins it. Either the chain ends
 * and a new base is taken, or the watch is begun again with the revision after the last stored one:
 * no revision is skipped.
 */
@Tag("slow")
@Timeout(60)
class CancelledWatchTest {
  private static final String DENIED =
      "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

  private final InMemoryBackupStore store = new InMemoryBackupStore();

  private RecorderRun record(ScriptedWatches member) {
    return record(member, UnaryOperator.identity());
  }

  private RecorderRun record(
      ScriptedWatches member, UnaryOperator<ChangeRecorderBuilder> settings) {
    return new RecorderRun(member.connection(), store, member::base, settings);
  }

  @Test
  void aCompactionOfWhatIsMissingEndsTheChain() throws Exception {
    BlockingQueue<ScriptedWatches.Answers> watching = new LinkedBlockingQueue<>();
    try (ScriptedWatches member =
            new ScriptedWatches(10, thenHandsOver(12, watching), ScriptedWatches.sending(22));
        RecorderRun recorder = record(member)) {
      recorder.base();
      assertThat(member.awaitWatch()).isEqualTo(11);
      recorder.await(12);
      member.setRevision(20);
      watching.take().compacted(19);
      recorder.base();
      assertThat(recorder.ended)
          .containsExactly(
              "etcd was compacted at revision 19 before the changes from 13 on were recorded");
      assertThat(member.awaitWatch()).isEqualTo(21);
      recorder.await(22);
      assertStored(11, 12, 21, 22);
    }
  }

  /** The watch sends the revisions up to the last one, then the test goes on with it. */
  private static ScriptedWatches.Script thenHandsOver(
      long last, BlockingQueue<ScriptedWatches.Answers> watching) {
    return (from, out) -> {
      ScriptedWatches.sending(last).play(from, out);
      watching.add(out);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"etcdserver: mvcc: watcher range is empty", "no reason\nthat is known"})
  void anyOtherReasonEndsTheChain(String reason) throws Exception {
    try (ScriptedWatches member =
            new ScriptedWatches(
                10, (from, out) -> out.refused(reason), ScriptedWatches.sending(12));
        RecorderRun recorder = record(member)) {
      recorder.base();
      recorder.base();
      assertThat(recorder.ended)
          .containsExactly(
              "etcd cancelled the watch: " + reason.replace("etcdserver: ", "").replace('\n', ' '));
      recorder.await(12);
      assertStored(11, 12);
    }
  }

  @Test
  void aCancellationWithoutAReasonEndsTheChain() throws Exception {
    BlockingQueue<ScriptedWatches.Answers> watching = new LinkedBlockingQueue<>();
    try (ScriptedWatches member =
            new ScriptedWatches(10, thenHandsOver(12, watching), ScriptedWatches.sending(14));
        RecorderRun recorder = record(member)) {
      recorder.base();
      recorder.await(12);
      watching.take().cancelled("");
      recorder.base();
      assertThat(recorder.ended).containsExactly("etcd cancelled the watch");
      recorder.await(14);
      assertStored(11, 12, 13, 14);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        DENIED,
        "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token",
        "rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old",
        "rpc error: code = InvalidArgument desc = etcdserver: user name is empty"
      })
  void theWatchOfAUserThatMustLogInAgainGoesOnWithTheNextRevision(String reason) throws Exception {
    BlockingQueue<ScriptedWatches.Answers> watching = new LinkedBlockingQueue<>();
    try (ScriptedWatches member =
            new ScriptedWatches(10, thenHandsOver(12, watching), ScriptedWatches.sending(14));
        RecorderRun recorder = record(member)) {
      recorder.base();
      assertThat(member.awaitWatch()).isEqualTo(11);
      recorder.await(12);
      watching.take().cancelled(reason);
      assertThat(member.awaitWatch()).as("compares the last one that is stored").isEqualTo(12);
      recorder.await(14);
      assertThat(recorder.ended).isEmpty();
      assertThat(recorder.bases).isEmpty();
      assertThat(recorder.failures)
          .singleElement()
          .extracting(BackupException::getMessage)
          .asString()
          .startsWith("etcd cancelled the watch: ");
      assertStored(11, 12, 13, 14);
    }
  }

  @Test
  void aWatchThatIsRefusedAtFirstBeginsAgainWithTheSameRevision() throws Exception {
    try (ScriptedWatches member =
            new ScriptedWatches(
                10,
                (from, out) -> out.refused(DENIED),
                (from, out) -> out.refusedByProxy(DENIED),
                ScriptedWatches.sending(12));
        RecorderRun recorder = record(member)) {
      for (int i = 0; i < 3; i++) {
        assertThat(member.awaitWatch()).isEqualTo(11);
      }
      recorder.await(12);
      assertThat(recorder.ended).isEmpty();
      assertThat(recorder.failures)
          .hasSize(2)
          .extracting(BackupException::getMessage)
          .containsOnly(
              "etcd cancelled the watch: permission denied: recording changes needs the root role");
      assertStored(11, 12);
    }
  }

  @Test
  void halfOfARevisionIsNotStored() throws Exception {
    try (ScriptedWatches member =
            new ScriptedWatches(
                10,
                (from, out) -> {
                  out.created();
                  out.revision(11);
                  out.half(12);
                  out.cancelled(DENIED);
                },
                (from, out) -> {
                  out.created();
                  out.half(11);
                  out.ended();
                },
                ScriptedWatches.sending(13));
        RecorderRun recorder = record(member)) {
      recorder.base();
      for (int i = 0; i < 3; i++) {
        assertThat(member.awaitWatch()).isEqualTo(11);
      }
      recorder.await(13);
      assertThat(recorder.ended).isEmpty();
      assertStored(11, 12, 13);
    }
  }

  @Test
  void aChainThatEndsWithinARevisionEndsBeforeIt() throws Exception {
    BlockingQueue<ScriptedWatches.Answers> watching = new LinkedBlockingQueue<>();
    try (ScriptedWatches member =
            new ScriptedWatches(10, thenHandsOver(12, watching), ScriptedWatches.sending(14));
        RecorderRun recorder = record(member)) {
      recorder.base();
      recorder.await(12);
      ScriptedWatches.Answers watch = watching.take();
      watch.half(13);
      watch.cancelled("the data of the member are gone");
      recorder.base();
      assertThat(recorder.ended).hasSize(1);
      recorder.await(14);
      assertStored(11, 12, 14); // 13 is in the base
    }
  }

  @Test
  void aWatchThatIsNeverCreatedIsSilent() throws Exception {
    try (ScriptedWatches member =
            new ScriptedWatches(10, (from, out) -> {}, ScriptedWatches.sending(13));
        RecorderRun recorder = record(member, it -> it.timeout(Duration.ofSeconds(1)))) {
      recorder.base();
      assertThat(member.awaitWatch()).isEqualTo(11);
      member.setRevision(12);
      assertThat(member.awaitWatch()).isEqualTo(11);
      recorder.await(13);
      assertThat(recorder.failures)
          .singleElement()
          .extracting(BackupException::getMessage)
          .isEqualTo("the watch is silent although the member is at revision 12");
      assertThat(recorder.ended).isEmpty();
      assertStored(11, 12, 13);
    }
  }

  @Test
  void aWatchThatIsEndedWithoutAWordGoesOn() throws Exception {
    try (ScriptedWatches member =
            new ScriptedWatches(
                10,
                (from, out) -> {
                  out.created();
                  out.ended();
                },
                ScriptedWatches.sending(12));
        RecorderRun recorder = record(member)) {
      recorder.await(12);
      assertThat(recorder.failures)
          .singleElement()
          .extracting(BackupException::getMessage)
          .asString()
          .startsWith("watch of http://127.0.0.1:")
          .endsWith(": the member ended it");
      assertThat(recorder.ended).isEmpty();
      assertStored(11, 12);
    }
  }

  /** Nothing is missing while nothing changes, and a new base would be refused, too. */
  @Test
  void aWatchThatIsRefusedAgainAndAgainEndsTheChainOnceSomethingIsMissing() throws Exception {
    try (ScriptedWatches member = new ScriptedWatches(10, (from, out) -> out.refused(DENIED));
        RecorderRun recorder = record(member, it -> it.memberPatience(Duration.ofMillis(300)))) {
      recorder.base();
      for (int i = 0; i < 2; i++) { // 0.5 seconds after each other
        assertThat(member.awaitWatch()).isEqualTo(11);
      }
      assertThat(recorder.ended).isEmpty();
      member.setRevision(11);
      recorder.base();
      assertThat(recorder.ended)
          .singleElement()
          .asString()
          .startsWith("the member could not be recorded for too long: etcd cancelled the watch: ");
    }
  }

  /** The time in which nothing changed is none in which the member did not answer. */
  @Test
  void aFailureAfterIdleTimeDoesNotEndTheChain() throws Exception {
    BlockingQueue<ScriptedWatches.Answers> watching = new LinkedBlockingQueue<>();
    try (ScriptedWatches member =
            new ScriptedWatches(10, thenHandsOver(10, watching), ScriptedWatches.sending(14));
        RecorderRun recorder = record(member, it -> it.memberPatience(Duration.ofSeconds(1)))) {
      recorder.base();
      recorder.awaitChecks(8); // 0.2 seconds between them
      watching.take().ended();
      recorder.await(14);
      assertThat(recorder.failures).hasSize(1);
      assertThat(recorder.ended).isEmpty();
      assertStored(11, 12, 13, 14);
    }
  }

  /** It may be cut off from the others, who go on. */
  @Test
  void aMemberWithoutALeaderIsNotUpToDateAndIsNoneToBeginWith() throws Exception {
    try (ScriptedWatches member = new ScriptedWatches(10, ScriptedWatches.sending(12));
        RecorderRun recorder =
            record(
                member,
                it -> it.timeout(Duration.ofSeconds(1)).memberPatience(Duration.ofSeconds(2)))) {
      recorder.base();
      recorder.await(12);
      member.setLeader(0);
      recorder.awaitFailure();
      recorder.checks.clear();
      recorder.awaitEnd();
      assertThat(recorder.ended)
          .containsExactly(
              "the member could not be recorded for too long: "
                  + "the member has no leader, so it does not receive what is written");
      recorder.awaitFailure();
      assertThat(recorder.failures.get(recorder.failures.size() - 1).getMessage())
          .startsWith("a member with a vote does not answer: http://127.0.0.1:")
          .endsWith(": has no leader");
      assertThat(recorder.bases).isEmpty();
      assertThat(recorder.checks).as("said to be recorded").isEmpty();
      member.setLeader(ScriptedWatches.MEMBER);
      recorder.base();
    }
  }

  /** These revisions are stored, each once and whole, and no others. */
  private void assertStored(long... revisions) throws Exception {
    List<String> keys = new ArrayList<>();
    for (Backup one :
        store.list(RecorderRun.PROJECT).stream()
            .map(it -> Backup.of(it, ZoneOffset.UTC))
            .sorted(Backup.OLDEST_FIRST)
            .toList()) {
      ChangesCursor events = ChangesFile.read(one, store, BackupEncodings.none()).cursor();
      while (events.next()) {
        keys.add(
            events.revision()
                + ": "
                + KeyValue.parseFrom(events.keyValue()).getKey().toStringUtf8());
      }
    }
    List<String> expected =
        LongStream.of(revisions)
            .boxed()
            .flatMap(at -> Stream.of(at + ": " + at + "/0", at + ": " + at + "/1"))
            .toList();
    assertThat(keys).isEqualTo(expected);
  }
}
