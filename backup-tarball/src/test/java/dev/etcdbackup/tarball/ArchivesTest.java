package dev.etcdbackup.tarball;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots inside archives that other programs wrote. */
class ArchivesTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(4, 50);

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.write(directory.resolve("snapshot.db"), SNAPSHOT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat snapshot.db",
        "gzip -c snapshot.db",
        "gzip -9c snapshot.db",
        "xz -c snapshot.db",
        "xz -9ec snapshot.db",
        "zip -q - snapshot.db",
        "zip -q a.zip snapshot.db && cat a.zip",
        "mkdir d && cp snapshot.db d && zip -qr a.zip d && cat a.zip",
        "tar -cf - snapshot.db",
        "mkdir d && cp snapshot.db d && tar -cf - d",
        "tar -czf - snapshot.db",
        "tar -cJf - snapshot.db",
        "mkdir -p backup etc && cp snapshot.db backup/n && echo {} > etc/n.rkestate"
            + " && zip -q - backup/n etc/n.rkestate",
        "tar -cf a.tar snapshot.db && zip -q - a.tar",
      })
  void areUnpacked(String command) throws Exception {
    byte[] packed = shell(command);

    assertThat(unpack(packed)).isEqualTo(SNAPSHOT);
    assertThat(Archives.isArchive(Arrays.copyOf(packed, Archives.HEAD)))
        .isEqualTo(!command.startsWith("cat snap"));
  }

  @Test
  void zlibIsUnpackedWhole() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream zlib = new DeflaterOutputStream(bytes)) {
      zlib.write(SNAPSHOT);
    }
    byte[] packed = bytes.toByteArray();

    assertThat(unpack(packed)).isEqualTo(SNAPSHOT);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> unpack(Arrays.copyOf(packed, packed.length - 1)));
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> unpack(Arrays.copyOf(packed, packed.length + 1)))
        .withMessageContaining("something follows its end");
    packed[packed.length - 1] ^= 1;
    assertThatExceptionOfType(CorruptBackupException.class).isThrownBy(() -> unpack(packed));
  }

  @Test
  void anArchiveInAnArchiveIsNamed() throws Exception {
    assertRefused(
        "gzip snapshot.db && zip -q - snapshot.db.gz", "it is gzip inside zip: unpack it");
    assertRefused("gzip -c snapshot.db | xz", "it is gzip inside xz: unpack it");
    assertRefused("gzip snapshot.db && tar -cf - snapshot.db.gz", "it is gzip inside tar: unpack");
    assertRefused("gzip snapshot.db && tar -czf - snapshot.db.gz", "it is gzip inside tar");
  }

  @Test
  void moreThanOneFileIsRefused() throws Exception {
    assertRefused("cp snapshot.db b && zip -q - snapshot.db b", "more than one file");
    assertRefused("cp snapshot.db b && tar -cf - snapshot.db b", "more than one file");
    assertRefused("ln -s /etc/passwd b && tar -cf - b", "not a plain file");
    assertRefused("mkdir d && tar -cf - d", "holds no file");
  }

  @Test
  void zstdAndOpenPgpNeedTheirEncodings() {
    byte[] zstd = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0};
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> unpack(zstd))
        .withMessage("it is zstd and cannot be unpacked here: unpack it first");
    byte[] binary = {(byte) 0x85, 1, 12, 3, 1, 2};
    assertThatThrownBy(() -> unpack(binary)).hasMessageContaining("it is OpenPGP and cannot");
    byte[] armoured = "-----BEGIN PGP MESSAGE-----\n".getBytes(UTF_8);
    assertThatThrownBy(() -> unpack(armoured)).hasMessageContaining("it is OpenPGP and cannot");
  }

  @Test
  void aBombIsRefused() throws Exception {
    byte[] bomb = shell("head -c 100000000 /dev/zero | xz");
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(
            () -> {
              try (InputStream in = stream(bomb)) {
                in.transferTo(OutputStream.nullOutputStream());
              }
            })
        .withMessageContaining("expands to more than 1100 times");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip -c snapshot.db",
        "xz -c snapshot.db",
        "zip -q - snapshot.db",
        "tar -cf - snapshot.db",
        "tar -czf - snapshot.db"
      })
  void damagedOnesAreRefusedOrTheSame(String command) throws Exception {
    byte[] packed = shell(command);
    boolean hasChecksum = !command.startsWith("tar -cf");
    Random random = new Random(6);
    for (int i = 0; i < 60; i++) {
      int at = random.nextInt(packed.length);
      byte[] mutant = packed.clone();
      mutant[at] ^= (byte) (1 << random.nextInt(8));
      requireRefusedOrSame(i % 2 == 0 ? Arrays.copyOf(packed, at) : mutant, at, hasChecksum);
    }
  }

  private static void requireRefusedOrSame(byte[] packed, int at, boolean hasChecksum)
      throws IOException {
    try {
      byte[] found = unpack(packed);
      boolean untouched = Arrays.equals(found, packed); // it is no archive any more
      assertThat(untouched || !hasChecksum || Arrays.equals(found, SNAPSHOT))
          .as("damaged at " + at)
          .isTrue();
    } catch (CorruptBackupException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }

  @Test
  void aFailureOfTheBytesIsThrownUnchanged() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(SNAPSHOT);
    }
    IOException failure = new IOException("scripted");
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw failure;
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            throw failure;
          }
        };
    byte[] begin = Arrays.copyOf(packed.toByteArray(), packed.size() / 2);
    InputStream in =
        new Archives(BackupEncodings.none())
            .unpack(new SequenceInputStream(new ByteArrayInputStream(begin), failing));
    assertThatThrownBy(in::readAllBytes).isSameAs(failure);
  }

  private void assertRefused(String command, String why) throws Exception {
    byte[] packed = shell(command);
    assertThatExceptionOfType(CorruptBackupException.class)
        .as(command)
        .isThrownBy(() -> unpack(packed))
        .withMessageContaining(why);
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    Files.deleteIfExists(directory.resolve("b"));
    write();
  }

  private static InputStream stream(byte[] packed) throws IOException {
    return new Archives(BackupEncodings.none()).unpack(new ByteArrayInputStream(packed));
  }

  /** A store may refuse the bytes at their end, for their signature: it has to be reached. */
  private static byte[] unpack(byte[] packed) throws IOException {
    AtomicBoolean ended = new AtomicBoolean();
    InputStream bytes =
        new FilterInputStream(new ByteArrayInputStream(packed)) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            ended.compareAndSet(false, read < 0);
            return read;
          }
        };
    try (InputStream in = new Archives(BackupEncodings.none()).unpack(bytes)) {
      byte[] unpacked = in.readAllBytes();
      assertThat(ended).isTrue();
      return unpacked;
    }
  }

  private byte[] shell(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as(command).isZero();
    return out;
  }
}
