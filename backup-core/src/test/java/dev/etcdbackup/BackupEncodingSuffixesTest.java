package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.name.BackupName;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupEncodingSuffixesTest {
  @ParameterizedTest
  @ValueSource(strings = {".zst", ".gpg", ".tar.gz"})
  void takesAnEncodingWithASuffixThatNamesHave(String suffix) {
    BackupEncodings encodings = BackupEncodings.of(new Plain(suffix));
    String base = suffix.equals(".tar.gz") ? "etcd-backup-" : "etcd.backup_v7_";
    String time = suffix.equals(".tar.gz") ? "2020-02-03-20-45-00" : "2020-02-03-20:45:00";
    assertThat(encodings.missing(BackupName.parse(base + time + suffix))).isEmpty();
  }

  /** It would never be used: names with such a suffix are of kind other and have no encodings. */
  @ParameterizedTest
  @ValueSource(strings = {".gz", ".xz", ".zst.gpg", "zst", ".ZST", ""})
  void refusesAnEncodingWithASuffixThatNoNameHas(String suffix) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupEncodings.of(new Plain(suffix)))
        .withMessageContaining(".zst, .gpg or .tar.gz")
        .withMessageEndingWith("not '" + suffix + "'");
  }

  @Test
  void refusesTwoEncodingsWithOneSuffix() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupEncodings.of(new Plain(".zst"), new Plain(".zst")))
        .withMessage("encodings must differ in their suffixes, but two have .zst");
  }

  private record Plain(String suffix) implements BackupEncoding {
    @Override
    public Content encode(Content content, BackupName name) {
      return content;
    }

    @Override
    public InputStream decode(InputStream encoded, BackupName name) {
      return encoded;
    }
  }
}
