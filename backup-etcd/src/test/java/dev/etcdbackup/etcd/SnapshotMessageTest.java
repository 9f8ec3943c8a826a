package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.SnapshotResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotMessageTest {
  private static final long SEED = 20261122;

  @Test
  void theBlobIsHandedOutAndAllElseSkipped() throws Exception {
    byte[] blob = new byte[32768];
    new Random(SEED).nextBytes(blob);
    SnapshotResponse response =
        SnapshotResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(7))
            .setRemainingBytes(1L << 40)
            .setBlob(ByteString.copyFrom(blob))
            .setUnknownFields(laterFields())
            .build();
    assertThat(blobOf(response.toByteArray(), 1000)).isEqualTo(blob);
    assertThat(blobOf(response.toByteArray(), 100_000)).isEqualTo(blob);
  }

  @Test
  void aMessageMayHaveNoBlob() throws Exception {
    assertThat(blobOf(new byte[0], 10)).isEmpty();
    assertThat(blobOf(SnapshotResponse.newBuilder().setRemainingBytes(5).build().toByteArray(), 10))
        .isEmpty();
    assertThat(blobOf(new byte[] {0x1a, 0}, 10)).isEmpty();
  }

  @Test
  void theOrderOfFieldsDoesNotMatter() throws Exception {
    assertThat(blobOf(new byte[] {0x1a, 2, 'h', 'i', 0x10, 5}, 10))
        .isEqualTo(new byte[] {'h', 'i'});
  }

  @Test
  void aLengthBeyondTheMessageIsRefused() {
    assertThatIOException().isThrownBy(() -> blobOf(new byte[] {0x1a, 3, 'h', 'i'}, 10));
    assertThatIOException().isThrownBy(() -> blobOf(new byte[] {0x0a, 3, 'h', 'i'}, 10));
    byte[] negative = {0x1a, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
    assertThatIOException().isThrownBy(() -> blobOf(negative, 10));
  }

  @Test
  void nonsenseIsRefused() {
    assertThatIOException().isThrownBy(() -> blobOf(new byte[] {0x1b}, 10)); // a group
    assertThatIOException().isThrownBy(() -> blobOf(new byte[] {0x10}, 10)); // no number
    byte[] endless = {0x10, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    assertThatIOException().isThrownBy(() -> blobOf(endless, 10));
    assertThatIOException().isThrownBy(() -> blobOf(new byte[] {0x1a, 1, 'a', 0x1a, 1, 'b'}, 10));
  }

  @Test
  void anyBytesEndWithABlobOrAnIOException() {
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(SEED + seed);
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      try {
        assertThat(blobOf(bytes, 7).length).isLessThan(40);
      } catch (IOException fine) {
        assertThat(fine.getMessage()).startsWith("a message");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + (SEED + seed), e);
      }
    }
  }

  private static byte[] blobOf(byte[] message, int atOnce) throws IOException {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    byte[] buffer = new byte[atOnce];
    try (SnapshotMessage parsed = new SnapshotMessage(new ByteArrayInputStream(message))) {
      for (int n = parsed.read(buffer, 0, atOnce); n >= 0; n = parsed.read(buffer, 0, atOnce)) {
        blob.write(buffer, 0, n);
      }
    }
    return blob.toByteArray();
  }

  private static UnknownFieldSet laterFields() {
    UnknownFieldSet.Field text =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFromUtf8("3.6.0"))
            .build();
    UnknownFieldSet.Field numbers =
        UnknownFieldSet.Field.newBuilder().addFixed32(1).addFixed64(2).addVarint(3).build();
    return UnknownFieldSet.newBuilder().addField(4, text).addField(5, numbers).build();
  }
}
