package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.HttpFaultProxy.Fault;
import dev.etcdbackup.s3.HttpFaultProxy.Rule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of calls whose requests fail on their way. */
abstract class S3FaultBehaviour extends BehindFaultProxy {
  @ParameterizedTest
  @EnumSource
  void aCommitWhoseReplyIsLostIsFoundToBeDone(CommitRequest commit) throws Exception {
    Rule lost = proxy.on(commit.method, commit.inLine, Fault.LOSE_REPLY, 1);
    StoredBackup put = store.put(KEY, commit.content());
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(put.size()).isEqualTo(commit.bytes().length);
    assertStored(commit.bytes());
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatNeverArrivedIsRepeated(CommitRequest commit) throws Exception {
    Rule cut = proxy.on(commit.method, commit.inLine, Fault.CUT, 2);
    store.put(KEY, commit.content());
    assertThat(cut.fired()).isEqualTo(2);
    assertStored(commit.bytes());
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatIsNeverAnsweredHasAnUnknownOutcome(CommitRequest commit) {
    Rule cut = proxy.on(commit.method, commit.inLine, Fault.CUT, ALWAYS);
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("s3://" + bucket.name + "/" + KEY)
        .hasMessageContaining("not known whether it took effect")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
    assertThat(cut.fired()).isEqualTo(4);
    assertThat(bucket.keys()).isEmpty();
    // To abort what may be just completing could cost RGW the data of a visible object.
    assertThat(bucket.uploads()).hasSize(commit == CommitRequest.COMPLETE ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource
  void aCommitIsInDoubtWhenTheStoreCannotBeAsked(CommitRequest commit) throws Exception {
    Rule lost = proxy.on(commit.method, commit.inLine, Fault.LOSE_REPLY, 1);
    int before = commit == CommitRequest.COMPLETE ? 2 : 1;
    Rule silent = proxy.on("HEAD", "", Fault.CUT, ALWAYS).sparing(before);
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("may have stored")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(silent.fired()).isEqualTo(3); // the client's attempts
    assertStored(commit.bytes());
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatIsNotSeenAfterwardsIsInDoubt(CommitRequest commit) throws Exception {
    int before = commit == CommitRequest.COMPLETE ? 2 : 1;
    Rule blind = proxy.reply("HEAD", "", 1, 404, "").sparing(before);
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was stored, and the server does not show it")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
    assertThat(blind.fired()).isEqualTo(1);
    assertStored(commit.bytes());
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedCommitLeavesNothing(CommitRequest commit) {
    Rule refused = proxy.reply(commit.method, commit.inLine, ALWAYS, 403, error("QuotaExceeded"));
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("403 QuotaExceeded")
        .hasMessageContaining("the quota of the bucket or of its owner is used up")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(refused.fired()).isEqualTo(1);
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatTheServerIsTooBusyForIsRepeatedAndThenLeavesNothing(CommitRequest commit) {
    Rule busy = proxy.reply(commit.method, commit.inLine, ALWAYS, 503, error("SlowDown"));
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("503 SlowDown")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(busy.fired()).isEqualTo(4);
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aPartThatFailsForGoodLeavesNothing() {
    Rule cut = proxy.on("PUT", "partNumber=3", Fault.CUT, ALWAYS);
    assertThatThrownBy(() -> store.put(KEY, Content.of(new ByteArrayInputStream(LARGE))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("UploadPart 3")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(cut.fired()).isEqualTo(3);
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aPartThatFailsOnceIsRepeated() throws Exception {
    Rule cut = proxy.on("PUT", "partNumber=3", Fault.CUT, 1);
    Rule lost = proxy.on("PUT", "partNumber=2", Fault.LOSE_REPLY, 1);
    store.put(KEY, Content.of(new ByteArrayInputStream(LARGE)));
    assertThat(cut.fired() + lost.fired()).isEqualTo(2);
    assertStored(LARGE);
  }

  @Test
  void aReadThatIsCutShortFailsAndDoesNotLookLikeAnEnd() throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.COMPLETE.content());
    proxy.on("GET", "", Fault.CUT_REPLY, 1);
    try (InputStream in = store.open(stored, 0, stored.size())) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("Reading of s3://" + bucket.name + "/" + KEY);
    }
  }

  @Test
  void aLaterRangeThatIsCutShortFailsAndDoesNotLookLikeAnEnd() throws Exception {
    byte[] bytes = S3StoreBehaviour.random(5 * ReadAhead.RANGE + 1);
    StoredBackup stored = bucketStore().put(KEY, Content.of(new ByteArrayInputStream(bytes)));
    Rule cut = proxy.on("GET", "", Fault.CUT_REPLY, 1).sparing(2);
    try (InputStream in = store.open(stored, 0, stored.size())) {
      // Of the ranges after the first, either may be the second request; the first is whole.
      assertThat(in.readNBytes(ReadAhead.RANGE)).isEqualTo(Arrays.copyOf(bytes, ReadAhead.RANGE));
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("Reading of s3://" + bucket.name + "/" + KEY);
      assertThatThrownBy(in::read).isInstanceOf(StoreException.class);
    }
    assertThat(cut.fired()).isEqualTo(1);
  }

  @Test
  void aLongBackupIsReadByARequestForEachRange() throws Exception {
    byte[] bytes = S3StoreBehaviour.random(5 * ReadAhead.RANGE + 1);
    StoredBackup stored = bucketStore().put(KEY, Content.of(new ByteArrayInputStream(bytes)));
    Rule gets = proxy.on("GET", "", Fault.NONE, ALWAYS);
    try (InputStream in = store.open(stored, 0, stored.size())) {
      assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
      assertThat(gets.fired()).as("requests for a look at the beginning").isEqualTo(1);
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 1, bytes.length));
      assertThat(gets.fired()).isEqualTo(6);
    }
  }

  @Test
  void aStreamThatIsClosedEarlyDoesNotReadOn() throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.COMPLETE.content());
    InputStream in = store.open(stored, 0, stored.size());
    assertThat(in.read()).isEqualTo(LARGE[0] & 0xff);
    in.close();
    assertThat(proxy.bytesAnswered()).isLessThan(LARGE.length / 2);
    assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
  }

  @Test
  void keysWhoseDeletionFailedAsAWholeAreRefusedAndTheOthersGo() throws Exception {
    List<BackupKey> keys =
        IntStream.range(0, 1_500).mapToObj(i -> BackupKey.of("p", "n" + i)).toList();
    proxy.on("POST", "delete", Fault.CUT, 3).sparing(1);
    DeleteResult deleted = store.delete(keys);
    assertThat(deleted.gone()).containsExactlyInAnyOrderElementsOf(keys.subList(0, 1_000));
    assertThat(deleted.refused()).containsOnlyKeys(keys.subList(1_000, 1_500));
    assertThat(deleted.refused().get(keys.get(1_000))).contains("DeleteObjects");
  }

  @Test
  void aDeletionOfWhichNothingIsKnownThrows() {
    proxy.on("POST", "delete", Fault.CUT, ALWAYS);
    assertThatThrownBy(() -> store.delete(List.of(KEY)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("DeleteObjects of s3://" + bucket.name);
  }

  @Test
  void whereTheBucketsLockMayNotBeAskedForEachKeyIs() throws Exception {
    bucketStore().put(KEY, CommitRequest.PUT_OBJECT.content());
    BackupKey absent = BackupKey.of("p", "absent");
    Rule closed = proxy.reply("GET", "object-lock", ALWAYS, 403, error("AccessDenied"));
    Rule looks = proxy.on("HEAD", "/p/", Fault.NONE, ALWAYS);
    assertThat(store.delete(List.of(KEY, absent)).gone()).containsExactlyInAnyOrder(KEY, absent);
    assertThat(closed.fired()).isEqualTo(1);
    assertThat(looks.fired()).isEqualTo(2);
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void whereTheBucketsLockIsNotToldNothingIsDeleted() throws Exception {
    bucketStore().put(KEY, CommitRequest.PUT_OBJECT.content());
    proxy.reply("GET", "object-lock", ALWAYS, 503, error("SlowDown"));
    assertThatThrownBy(() -> store.delete(List.of(KEY)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("GetObjectLockConfiguration of s3://" + bucket.name);
    assertStored(SMALL);
  }

  @Test
  void aListOfUploadsThatGoesRoundInACircleEnds() {
    String page =
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>p/a</NextKeyMarker>"
            + "<NextUploadIdMarker>u</NextUploadIdMarker></ListMultipartUploadsResult>";
    Rule pages = proxy.reply("GET", "uploads", ALWAYS, 200, page);
    assertThatThrownBy(() -> store.sweepUploads("p", Duration.ZERO))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the list of uploads is cut off");
    assertThat(pages.fired()).isEqualTo(2);
  }
}
