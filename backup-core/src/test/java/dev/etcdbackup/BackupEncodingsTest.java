package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.etcdbackup.name.BackupName;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackupEncodingsTest {
  private static final BackupName PLAIN = name("");
  private static final BackupName BOTH = name(".zst.gpg");

  private static BackupName name(String suffixes) {
    return BackupName.parse("etcd.backup_v1_2020-02-03-21:00:00" + suffixes);
  }

  /** Puts a letter before the content. */
  private static class Letter implements BackupEncoding {
    private final String suffix;
    private final char letter;

    Letter(String suffix, char letter) {
      this.suffix = suffix;
      this.letter = letter;
    }

    @Override
    public String suffix() {
      return suffix;
    }

    @Override
    public Content encode(Content content, BackupName name) {
      return Content.of(new SequenceInputStream(bytes(letter + ""), content.stream()));
    }

    @Override
    public InputStream decode(InputStream encoded, BackupName name) throws BackupException {
      try {
        if (encoded.read() != letter) {
          throw new CorruptBackupException("it does not begin with " + letter);
        }
      } catch (IOException e) {
        throw new StoreException("it cannot be read", e);
      }
      return encoded;
    }

    @Override
    public Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name) {
      return Optional.of(without(encoded));
    }

    @Override
    public Optional<Recipients> encryptedTo(InputStream encoded, BackupName name) {
      return Optional.of(new Recipients(List.of(letter + ""), List.of()));
    }
  }

  private static final BackupEncoding Z = new Letter(".zst", 'z');
  private static final BackupEncoding G = new Letter(".gpg", 'g');
  private static final BackupEncoding WITHOUT_PRIVATE_KEY =
      new Letter(".gpg", 'g') {
        @Override
        public boolean canDecode() {
          return false;
        }
      };

  private final BackupEncodings both = BackupEncodings.of(G, Z);

  @Test
  void suffixesAreAppliedFromTheFirstToTheLastAndUndoneFromTheLast() throws IOException {
    Content encoded = both.encode(Content.of(bytes("db"), 2), BOTH);

    assertThat(encoded.expectedSize()).as("an estimate").isEqualTo(OptionalLong.of(2));
    byte[] stored = encoded.stream().readAllBytes();
    assertThat(new String(stored, StandardCharsets.UTF_8)).isEqualTo("gzdb");
    assertThat(both.decode(new ByteArrayInputStream(stored), BOTH)).hasContent("db");
    ByteRanges decoded = both.decodeRanges(ranges(stored), BOTH).orElseThrow();
    assertThat(decoded.open(0, decoded.size())).hasContent("db");
    assertThat(both.encryptedTo(new ByteArrayInputStream(stored), BOTH).orElseThrow().keyIds())
        .as("the outer one")
        .containsExactly("g");
  }

  @Test
  void aNameWithoutSuffixesNeedsNoEncoding() throws IOException {
    BackupEncodings none = BackupEncodings.none();
    Content content = Content.of(bytes("db"), 2);
    InputStream stored = bytes("db");
    ByteRanges ranges = ranges(new byte[2]);

    assertThat(none.encode(content, PLAIN)).isEqualTo(content);
    assertThat(none.decode(stored, PLAIN)).isSameAs(stored);
    assertThat(none.decodeRanges(ranges, PLAIN)).containsSame(ranges);
    assertThat(none.missing(PLAIN)).isEmpty();
    assertThat(none.encryptedTo(stored, PLAIN)).isEmpty();
  }

  @Test
  void withoutRangesOfOneThereAreNone() throws IOException {
    BackupEncoding fromTheBeginning =
        new Letter(".gpg", 'g') {
          @Override
          public Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name) {
            return Optional.empty();
          }
        };

    assertThat(BackupEncodings.of(Z, fromTheBeginning).decodeRanges(ranges(new byte[4]), BOTH))
        .isEmpty();
  }

  @Test
  void whatCannotBeDecodedIsTold() throws IOException {
    assertThat(both.missing(BOTH)).isEmpty();
    assertThat(BackupEncodings.of(Z).missing(BOTH)).contains("it is encrypted with OpenPGP");
    assertThat(BackupEncodings.of(Z, WITHOUT_PRIVATE_KEY).missing(BOTH))
        .contains("it is encrypted with OpenPGP");
    assertThat(BackupEncodings.of(G).missing(BOTH)).contains("the encoding for .zst is missing");
    assertThat(BackupEncodings.none().missing(BOTH))
        .as("what is in the way first")
        .contains("it is encrypted with OpenPGP");
    assertThat(BackupEncodings.of(Z).encryptedTo(bytes("gzdb"), BOTH)).isEmpty();
  }

  @Test
  void withoutAPrivateKeyABackupIsEncryptedAllTheSame() throws IOException {
    BackupEncodings encrypting = BackupEncodings.of(Z, WITHOUT_PRIVATE_KEY);

    assertThat(encrypting.encode(Content.of(bytes("db")), BOTH).stream()).hasContent("gzdb");
  }

  @Test
  void whatIsMissingIsNamedWithWhatToDo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupEncodings.of(Z).require(BOTH))
        .withMessage(
            BOTH
                + " is encrypted with OpenPGP; download it as it is stored and decrypt it with gpg");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupEncodings.of(G).encode(Content.of(bytes("db")), BOTH))
        .withMessage(
            BOTH + " needs the encoding for .zst; give it to the builder with encodings(...)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupEncodings.of(G).decodeRanges(ranges(new byte[4]), BOTH));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupEncodings.of(Z, new Letter(".zst", 'y')))
        .withMessageContaining("two have .zst");
  }

  static List<BackupEncodings> failing() {
    BackupEncoding withoutItsLibrary =
        new Letter(".zst", 'z') {
          @Override
          public InputStream decode(InputStream encoded, BackupName name) {
            throw new UnsatisfiedLinkError("no zstd-jni in java.library.path");
          }
        };
    return List.of(
        BackupEncodings.of(G), // Z is missing
        BackupEncodings.of(G, new Letter(".zst", 'y')), // the bytes are of another
        BackupEncodings.of(G, withoutItsLibrary));
  }

  /** Or else a connection to a store would stay open for each try. */
  @ParameterizedTest
  @MethodSource("failing")
  void whatCannotBeDecodedIsClosed(BackupEncodings encodings) {
    boolean[] closed = {false};
    InputStream stored =
        new FilterInputStream(bytes("gzdb")) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };

    assertThat(catchThrowable(() -> encodings.decode(stored, BOTH))).isNotNull();
    assertThat(closed[0]).isTrue();
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteRanges ranges(byte[] bytes) {
    return new ByteRanges() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public InputStream open(long offset, long length) {
        return new ByteArrayInputStream(bytes, (int) offset, (int) length);
      }
    };
  }

  private static ByteRanges without(ByteRanges encoded) {
    return new ByteRanges() {
      @Override
      public long size() {
        return encoded.size() - 1;
      }

      @Override
      public InputStream open(long offset, long length) throws IOException {
        return encoded.open(offset + 1, length);
      }
    };
  }
}
