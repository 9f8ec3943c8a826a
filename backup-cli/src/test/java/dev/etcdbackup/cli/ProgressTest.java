package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import io.etcd.jetcd.api.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that reads all of a snapshot shows on a terminal how far it is. */
class ProgressTest {
  private static final String KEY = "p/etcd.backup_v401_2020-02-04-20:45:48";

  @TempDir Path directory;
  private Path store;
  private Path file;

  @BeforeEach
  void writeThreeMebibytes() throws IOException {
    store = directory.resolve("store");
    file = directory.resolve("one.db");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      DatabaseWriter writer = new DatabaseWriter(channel, 4096);
      writer.bucket("key");
      for (int revision = 2; revision <= 401; revision++) {
        ByteBuffer key = ByteBuffer.allocate(17).putLong(revision).put((byte) '_').putLong(0);
        writer.add(
            key.array(),
            KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8("/registry/odd/key-" + revision))
                .setCreateRevision(revision)
                .setModRevision(revision)
                .setVersion(1)
                .setValue(ByteString.copyFrom(new byte[10_000]))
                .build()
                .toByteArray());
      }
      writer.bucket("meta");
      writer.add("term".getBytes(UTF_8), new byte[8]);
      assertThat(writer.finish()).isGreaterThan(3 << 20);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] sha256 = Sha256.of(in);
      Files.write(file, sha256, StandardOpenOption.APPEND);
    }
    Files.copy(file, directory.resolve("other.db"));
    Goldens.write(store.resolve(KEY), Files.readAllBytes(file));
  }

  private String[] of(String command) {
    return Stream.of(command.split(" "))
        .map(word -> word.replace("FILE", file.toString()))
        .map(word -> word.replace("OTHER", directory.resolve("other.db").toString()))
        .map(word -> word.replace("DIR", directory.resolve("restored").toString()))
        .map(word -> word.replace("STORE", store.toUri().toString()))
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "usage FILE",
        "diff FILE OTHER",
        "diff FILE OTHER --stat",
        "hashkv FILE",
        "verify FILE",
        "verify FILE --deep",
        "status FILE",
        "keys FILE",
        "extract FILE /none",
        "kube list FILE",
        "kube usage FILE",
        "kube keys FILE",
        "kube diff FILE OTHER"
      })
  void aFileIsReadWithALineOfProgress(String command) {
    Cli quiet = Cli.run(of(command));
    assertThat(quiet.err()).doesNotContain("MiB");
    Cli run = Cli.onTerminal(of(command));
    assertThat(run.code()).as(run.err()).isEqualTo(quiet.code()).isLessThan(2);
    assertThat(run.out()).isEqualTo(quiet.out());
    assertThat(run.err()).startsWith("\rone.db: 1.0 of ").contains(" MiB, ");
    assertThat(run.err().replace("\r", "\n").lines().filter(line -> !line.isBlank()))
        .as("nothing but progress, and messages from the margin on")
        .allMatch(line -> line.matches("(one|other)\\.db: .* MiB, .*|etcd-backup: .*"));
  }

  @Test
  void soIsARestore() {
    Cli run = Cli.onTerminal(of("restore FILE --data-dir=DIR"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).startsWith("\rone.db: 1.0 of ");
  }

  @Test
  void aStoredBackupIsCopiedAndReadWithOne() {
    Cli usage = Cli.onTerminal(of("usage " + KEY + " --store=STORE"));
    assertThat(usage.code()).as(usage.err()).isZero();
    assertThat(usage.err()).startsWith("\rp: 1.0 of ").contains(" MiB, 100 %");
    Cli history = Cli.onTerminal(of("history /none --project=p --store=STORE"));
    assertThat(history.err()).startsWith("\rp 1 of at most 1: 1.0 of ").contains(", 100 %");
    Cli audit = Cli.onTerminal(of("audit p --store=STORE --now=2020-02-05T00:00:00Z"));
    assertThat(audit.err()).startsWith("\raudit: 1.0 of ").contains(", 100 %");
  }
}
