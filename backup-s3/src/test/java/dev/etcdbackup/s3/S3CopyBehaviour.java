package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Content;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.HttpFaultProxy.Fault;
import dev.etcdbackup.s3.HttpFaultProxy.Rule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies that the server makes from one bucket into another. */
abstract class S3CopyBehaviour extends BehindFaultProxy {
  private TestBucket source;
  private S3BackupStore from;
  private ServerSideCopy copy;

  @BeforeEach
  void makeSource() {
    source = new TestBucket(server());
    from = S3BackupStore.builder(client, source.name).prefix("site/a").partSizeBytes(PART).build();
    copy = store.serverSideCopyFrom(from);
  }

  @AfterEach
  void removeSource() {
    source.close();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1, 70_000, PART, PART + 1, 2 * PART + 12_345})
  void aCopyHasTheBytesOfItsSource(int size) throws Exception {
    byte[] bytes = S3StoreBehaviour.random(size);
    StoredBackup put = from.put(KEY, content(bytes));
    Rule parts = proxy.on("PUT", "partNumber=", Fault.NONE, ALWAYS);
    long answered = proxy.bytesAnswered();

    StoredBackup copied = copy.copy(put);

    assertThat(parts.fired()).isEqualTo((size + PART - 1) / PART);
    assertThat(proxy.bytesAnswered() - answered).as("bytes read back").isLessThan(300_000);
    assertThat(copied.size()).isEqualTo(size);
    assertThat(store.find(KEY)).contains(copied);
    assertStored(bytes);
    assertThat(from.find(KEY)).contains(put);
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aTakenNameIsRefusedAndUnchanged() throws Exception {
    StoredBackup put = from.put(KEY, content(LARGE));
    store.put(KEY, content(SMALL));

    assertThatThrownBy(() -> copy.copy(put)).isInstanceOf(BackupExistsException.class);
    assertStored(SMALL);
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aSourceThatWasReplacedOrDeletedIsNotCopied() throws Exception {
    StoredBackup put = from.put(KEY, content(LARGE));
    from.delete(List.of(KEY));
    assertNotFound(put);
    for (int size : new int[] {LARGE.length - 1, LARGE.length}) {
      byte[] other = Arrays.copyOf(LARGE, size);
      other[size / 2] ^= 1;
      StoredBackup replaced = from.put(KEY, content(other));
      assertThat(replaced.version()).isNotEqualTo(put.version());
      assertNotFound(put);
      from.delete(List.of(KEY));
    }
  }

  private void assertNotFound(StoredBackup put) {
    assertThatThrownBy(() -> copy.copy(put))
        .isInstanceOf(BackupNotFoundException.class)
        .hasMessageContaining("s3://" + source.name + "/site/a/" + KEY);
    assertNothingStored();
  }

  private void assertNothingStored() {
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aPartThatIsNotCopiedLeavesNothing() throws Exception {
    StoredBackup put = from.put(KEY, content(LARGE));
    Rule cut = proxy.on("PUT", "partNumber=3", Fault.CUT, ALWAYS);

    assertThatThrownBy(() -> copy.copy(put))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("UploadPartCopy 3 from s3://" + source.name)
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(cut.fired()).isEqualTo(3);
    assertNothingStored();
  }

  @Test
  void aServerThatCannotCopyIsNamed() throws Exception {
    StoredBackup put = from.put(KEY, content(LARGE));
    proxy.reply("PUT", "partNumber=", ALWAYS, 501, error("NotImplemented"));

    assertThatThrownBy(() -> copy.copy(put))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("UploadPartCopy")
        .hasMessageContaining("501 NotImplemented");
    assertNothingStored();
  }

  @Test
  void aCommitWhoseReplyIsLostIsFoundToBeDone() throws Exception {
    StoredBackup put = from.put(KEY, content(LARGE));
    Rule lost = proxy.on("POST", "uploadId=", Fault.LOSE_REPLY, 1);

    copy.copy(put);

    assertThat(lost.fired()).isEqualTo(1);
    assertStored(LARGE);
    assertThat(bucket.uploads()).isEmpty();
  }

  /** The server shows something else as the source than it copies. */
  @Test
  void aCopyThatDiffersIsRemovedAgain() throws Exception {
    StoredBackup put = from.put(KEY, content(SMALL));
    proxy.reply("GET", source.name, ALWAYS, 206, "x".repeat(SMALL.length));

    assertThatThrownBy(() -> copy.copy(put))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("that differs");
    assertNothingStored();
  }

  @Test
  void storesBetweenWhichNoServerCopiesAreRefused() throws IOException {
    S3BackupStore elsewhere = bucketStore(); // the same server at another address
    assertThatIllegalArgumentException()
        .isThrownBy(() -> elsewhere.serverSideCopyFrom(from))
        .withMessageContaining(from.toString())
        .withMessageContaining("two servers");
    S3BackupStore withKey =
        new S3BackupStore(S3BackupStore.builder(client, bucket.name).sseCustomerKey(new byte[32]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withKey.serverSideCopyFrom(from))
        .withMessageContaining("SSE-C");
    assertThatIllegalArgumentException().isThrownBy(() -> from.serverSideCopyFrom(withKey));
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes), bytes.length);
  }
}
