package dev.etcdbackup.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.etcdbackup.CorruptBackupException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HashingInputStreamTest {
  static List<Exception> refusals() {
    return List.of(
        new CorruptBackupException("another signature"),
        new IllegalStateException("a key that Bouncy Castle cannot use"));
  }

  /** Or else a reader that tries again would take the end for a good one. */
  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusedEndIsRefusedByEveryLaterRead(Exception refusal) throws IOException {
    HashingInputStream in =
        new HashingInputStream(new ByteArrayInputStream(new byte[] {1, 2, 3})) {
          @Override
          void ended(long count, String sha256) throws IOException {
            if (refusal instanceof IOException known) {
              throw known;
            }
            throw (RuntimeException) refusal;
          }
        };

    assertThat(in.read(new byte[3])).isEqualTo(3);

    assertThat(catchThrowable(in::read)).isSameAs(refusal);
    assertThat(catchThrowable(in::read)).isSameAs(refusal);
    assertThat(catchThrowable(() -> in.read(new byte[9]))).isSameAs(refusal);
  }
}
