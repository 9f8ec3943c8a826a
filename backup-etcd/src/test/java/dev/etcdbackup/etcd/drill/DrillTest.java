package dev.etcdbackup.etcd.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Drills with every etcd at hand. */
@Tag("server")
@Timeout(120)
class DrillTest {
  @TempDir Path directory;
  private Path temporary;

  @BeforeEach
  void makeADirectory() throws Exception {
    temporary = Files.createDirectory(directory.resolve("tmp"));
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(temporary).isEmptyDirectory();
  }

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  private EtcdSnapshot golden(String name) throws Exception {
    Path file = directory.resolve("golden");
    try (InputStream in =
        new GZIPInputStream(
            DrillTest.class.getResourceAsStream("/golden/" + name + ".snap.db.gz"))) {
      Files.copy(in, file);
    }
    return EtcdSnapshot.open(file);
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void anEtcdStartedFromABackupHoldsWhatTheBackupHolds(EtcdBinaries binaries) throws Exception {
    Path file = directory.resolve("snapshot");
    try (EtcdServer etcd = binaries.server().start()) {
      for (int i = 0; i < 100; i++) {
        etcd.put("key-" + i % 40, "value-" + i);
      }
      etcd.etcdctl("compact", "30");
      try (Snapshot open =
          EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build().open()) {
        Files.copy(open.stream(), file);
      }
    }
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      DrillReport report =
          Drill.builder(temporary).etcd(binaries.directory().resolve("etcd")).build().run(snapshot);
      assertThat(report.problems()).isEmpty();
      assertThat(report.remarks()).isEmpty();
      assertThat(report.booted()).isTrue();
      assertThat(report.etcdVersion()).isEqualTo(binaries.version());
      assertThat(report.keys()).isEqualTo(40);
      assertThat(report.hashKv()).isEqualTo(snapshot.hashKv());
      assertThat(report.steps())
          .satisfiesExactly(
              line -> assertThat(line).isEqualTo("verified, and restored to a data directory"),
              line -> assertThat(line).startsWith("the data directory holds the same: HashKV "),
              line -> assertThat(line).startsWith("etcd " + binaries.version() + " started"),
              line -> assertThat(line).startsWith("the started etcd holds the same: HashKV "),
              line -> assertThat(line).isEqualTo("a key was written, read and deleted"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.4.23-empty", "3.4.23-rich-compacted1", "3.4.23-misc"})
  void snapshotsOfEveryKindPass(String name) throws Exception {
    Path etcd = EtcdBinaries.all().get(0).directory().resolve("etcd");
    try (EtcdSnapshot snapshot = golden(name)) {
      DrillReport report = Drill.builder(temporary).etcd(etcd).build().run(snapshot);
      assertThat(report.problems()).isEmpty();
      assertThat(report.steps()).hasSize(5);
      if (name.endsWith("misc")) {
        assertThat(report.remarks())
            .containsExactly("the alarm NOSPACE is in it: restore it with clearAlarms");
      }
    }
  }

  @Test
  void withAuthenticationInItAUserIsNeededToAsk() throws Exception {
    Path etcd = EtcdBinaries.all().get(0).directory().resolve("etcd");
    try (EtcdSnapshot snapshot = golden("3.4.23-rich-auth")) {
      DrillReport unasked = Drill.builder(temporary).etcd(etcd).build().run(snapshot);
      assertThat(unasked.passed()).isTrue();
      assertThat(unasked.booted()).isTrue();
      assertThat(unasked.remarks()).singleElement().asString().startsWith("authentication is on");
      Drill asking = Drill.builder(temporary).etcd(etcd).login("root", () -> "rootpw").build();
      assertThat(asking.run(snapshot).steps()).hasSize(5);
      Drill wrong = Drill.builder(temporary).etcd(etcd).login("root", () -> "canary").build();
      assertThat(wrong.run(snapshot).problems())
          .singleElement()
          .asString()
          .contains("authentication failed")
          .doesNotContain("canary");
    }
  }

  @Test
  void withoutAnEtcdEverythingElseIsDone() throws Exception {
    try (EtcdSnapshot snapshot = golden("3.5.30-rich-compacted1")) {
      DrillReport report = Drill.builder(temporary).build().run(snapshot);
      assertThat(report.passed()).isTrue();
      assertThat(report.booted()).isFalse();
      assertThat(report.steps()).hasSize(2);
      assertThat(report.remarks())
          .containsExactly("no etcd was found, so none was started from the restored data");
      assertThat(report.lines()).hasSize(3);
    }
  }

  @Test
  void anEtcdThatDoesNotStartIsAProblem() throws Exception {
    Path ends = program("echo one; echo this is no etcd; exit 3");
    Path hangs = program("exec sleep 60");
    try (EtcdSnapshot snapshot = golden("3.5.30-plain")) {
      assertThat(Drill.builder(temporary).etcd(ends).build().run(snapshot).lines())
          .endsWith("PROBLEM: etcd ended instead of starting: this is no etcd");
      Drill impatient = Drill.builder(temporary).etcd(hangs).timeout(Duration.ofSeconds(1)).build();
      DrillReport report = impatient.run(snapshot);
      assertThat(report.passed()).isFalse();
      assertThat(report.problems().get(0)).startsWith("etcd is not healthy after 1 s: ");
      Drill none = Drill.builder(temporary).etcd(directory.resolve("none")).build();
      assertThat(none.run(snapshot).problems().get(0)).contains("cannot be started");
    }
  }

  private Path program(String script) throws Exception {
    Path file = Files.createTempFile(directory, "program", "");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aDamagedBackupIsToldSo() throws Exception {
    try (EtcdSnapshot good = golden("3.5.30-plain")) {
      assertThat(good.verify().ok()).isTrue();
      byte[] bytes = Files.readAllBytes(directory.resolve("golden"));
      bytes[bytes.length - 1] ^= 1;
      Path bad = Files.write(directory.resolve("bad"), bytes);
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(bad)) {
        assertThatExceptionOfType(CorruptBackupException.class)
            .isThrownBy(() -> Drill.builder(temporary).build().run(snapshot))
            .withMessageContaining("SHA-256");
      }
    }
  }
}
