package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A reader that has seen enough is no failure to tell of; a full disk is one. */
class StandardOutputTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int versionTo(OutputStream descriptor) {
    Interruption interruption = Interruption.begin();
    int code = 0;
    try {
      code =
          EtcdBackupCommand.run(
              interruption, new StandardOutput(descriptor), err, false, "--version");
    } finally {
      interruption.end(code);
    }
    return code;
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @Test
  void aPipeThatNobodyReadsAnyMoreEndsTheCommandWithoutAWord() {
    assertThat(versionTo(failing("Broken pipe"))).isEqualTo(ExitCode.STORE_FAILED);
    assertThat(err.size()).isZero();
  }

  @Test
  void whatIsWrittenArrivesAndAFailureIsThrown() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    StandardOutput output = new StandardOutput(file);
    output.write('a');
    output.write(new byte[] {'x', 'b', 'c', 'x'}, 1, 2);
    assertThat(file.toString(StandardCharsets.UTF_8)).isEqualTo("abc");
    assertThat(output.isReaderGone()).isFalse();
    StandardOutput broken = new StandardOutput(failing("Broken pipe"));
    assertThatThrownBy(() -> broken.write('a')).hasMessage("Broken pipe");
    assertThat(broken.isReaderGone()).isTrue();
  }
}
