package dev.etcdbackup.tarball;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Tarballs to be refused, and how to see that they are. */
final class Tarballs {
  static final String DIRECTORY = "etcd-backup-2020-02-03-14-40-07";
  static final String FILE = DIRECTORY + "/etcd-dump.bin";
  static final BackupName NAME = BackupName.parse(DIRECTORY + ".tar.gz");
  static final byte[] SNAPSHOT = TestSnapshots.bytes(2, 20);

  private Tarballs() {}

  static HandMadeTar tar() {
    return new HandMadeTar();
  }

  static HandMadeTar whole() {
    return tar().directory(DIRECTORY + "/").file(FILE, SNAPSHOT).end();
  }

  static byte[] unpack(byte[] object) throws IOException {
    try (InputStream unpacking = new Tarball().decode(new ByteArrayInputStream(object), NAME)) {
      return unpacking.readAllBytes();
    }
  }

  static void assertRefused(HandMadeTar tar, String problem) {
    assertRefused(tar.gzipped(), problem);
  }

  static void assertRefused(byte[] object, String problem) {
    InputStream unpacking = new Tarball().decode(new ByteArrayInputStream(object), NAME);
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(unpacking::readAllBytes)
        .withMessageStartingWith(NAME + " cannot be unpacked: ")
        .withMessageContaining(problem)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n"));
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(unpacking::read)
        .withMessageContaining(problem);
  }

  /** What comes before the exception is the beginning of the snapshot, and no -1. */
  static void assertEndIsNeverReported(byte[] object, byte[] content) {
    InputStream unpacking = new Tarball().decode(new ByteArrayInputStream(object), NAME);
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    assertThatExceptionOfType(CorruptBackupException.class)
        .isThrownBy(() -> unpacking.transferTo(seen));
    assertThat(seen.toByteArray()).isEqualTo(Arrays.copyOf(content, seen.size()));
  }
}
