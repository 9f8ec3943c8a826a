package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.VerifyingInputStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestSnapshotsTest {
  @ParameterizedTest(name = "{0} pages")
  @ValueSource(ints = {3, 4, 100, 1000})
  void areVerified(int pages) throws Exception {
    byte[] bytes = TestSnapshots.bytes(1, pages);
    assertThat(bytes).hasSize((int) TestSnapshots.size(pages));
    VerifyingInputStream verified = new VerifyingInputStream(new ByteArrayInputStream(bytes));
    verified.readAllBytes();
    assertThat(verified.digest().size()).isEqualTo(bytes.length);
  }

  @Test
  void areTheSameForTheSameSeedOnly() {
    assertThat(TestSnapshots.bytes(1, 10)).isEqualTo(TestSnapshots.bytes(1, 10));
    assertThat(TestSnapshots.bytes(1, 10)).isNotEqualTo(TestSnapshots.bytes(2, 10));
  }

  @ParameterizedTest(name = "{0} bytes at a time")
  @ValueSource(ints = {1, 7, 4095, 4096, 10_000})
  void areTheSameHoweverTheyAreRead(int chunk) throws Exception {
    byte[] whole = TestSnapshots.bytes(3, 5);
    byte[] read = new byte[whole.length];
    try (InputStream in = TestSnapshots.stream(3, 5)) {
      for (int at = 0; at < read.length; at += chunk) {
        in.readNBytes(read, at, Math.min(chunk, read.length - at));
      }
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(read).isEqualTo(whole);
  }

  @Test
  void haveNoTwoPagesAlike() {
    byte[] bytes = TestSnapshots.bytes(4, 1000);
    Set<ByteBuffer> pages = new HashSet<>();
    for (int at = 0; at < 1000 * TestSnapshots.PAGE_SIZE; at += TestSnapshots.PAGE_SIZE) {
      pages.add(ByteBuffer.wrap(bytes, at, TestSnapshots.PAGE_SIZE));
    }
    assertThat(pages).hasSize(1000);
  }

  @Test
  void haveTheSecondHeaderOfTheTransactionBeforeAsAServersSnapshotHas() throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(TestSnapshots.bytes(5, 10)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong(4096 + 64)).isEqualTo(bytes.getLong(64) - 1);
    byte[] second = Arrays.copyOfRange(bytes.array(), 4096, 4096 + 1000);
    VerifyingInputStream header = new VerifyingInputStream(new ByteArrayInputStream(second));
    assertThat(header.size()).isEqualTo(10 * 4096 + 32);
  }

  @Test
  void needThreePages() {
    assertThatIllegalArgumentException().isThrownBy(() -> TestSnapshots.bytes(1, 2));
    assertThatIllegalArgumentException().isThrownBy(() -> TestSnapshots.stream(1, -1));
  }
}
