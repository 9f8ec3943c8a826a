package dev.etcdbackup.service;

import static dev.etcdbackup.service.InvertedEncoding.inverted;
import static dev.etcdbackup.service.StoreContents.content;
import static dev.etcdbackup.service.StoreContents.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoded backups that are copied as they are stored, and decoded and verified on the way. */
@Timeout(60)
class EncodedMirrorTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final String KEY = "p/etcd.backup_v1_2020-02-01-10:00:00.zst";

  /** Larger than what is held between the two threads. */
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 300);

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  private Copied mirror(BackupEncoding encoding) throws Exception {
    CopyReport report =
        BackupCopier.builder(from, to)
            .clock(() -> NOW)
            .encodings(BackupEncodings.of(encoding))
            .threads(
                work -> {
                  Thread thread = new Thread(work);
                  threads.add(thread);
                  return thread;
                })
            .build()
            .mirror("p");
    for (Thread thread : threads) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as("a thread is left").isFalse();
    }
    assertThat(report.copies()).hasSize(1);
    return report.copies().get(0);
  }

  @Test
  void whatIsWholeIsCopiedAsItIsAndCalledVerified() throws Exception {
    put(from, KEY, inverted(SNAPSHOT));

    Copied copied = mirror(new InvertedEncoding());

    assertThat(copied.outcome()).isEqualTo(Outcome.COPIED);
    assertThat(copied.verified()).isTrue();
    assertThat(content(to)).isEqualTo(content(from));
  }

  static List<byte[]> damaged() {
    byte[] first = SNAPSHOT.clone();
    first[16] ^= 1; // of the header: the verification ends at once
    byte[] middle = SNAPSHOT.clone();
    middle[middle.length / 2] ^= 1;
    byte[] last = SNAPSHOT.clone();
    last[last.length - 1] ^= 1;
    return List.of(
        first,
        middle,
        last,
        Arrays.copyOf(SNAPSHOT, SNAPSHOT.length - 1),
        Arrays.copyOf(SNAPSHOT, SNAPSHOT.length + 1),
        new byte[0]);
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void whatIsDamagedNeverAppearsAtTheTarget(byte[] damaged) throws Exception {
    put(from, KEY, inverted(damaged));

    Copied copied = mirror(new InvertedEncoding());

    assertThat(copied.outcome()).isEqualTo(Outcome.CORRUPT);
    assertThat(copied.verified()).isFalse();
    assertThat(to.list("")).isEmpty();
  }

  @Test
  void withoutTheKeyItIsCopiedAndTheReportSaysThatItWasNotVerified() throws Exception {
    put(from, KEY, inverted(SNAPSHOT));

    Copied copied =
        mirror(
            new InvertedEncoding() {
              @Override
              public InputStream decode(InputStream stored, BackupName name)
                  throws BackupException {
                throw new KeyUnavailableException("none of the keys is at hand");
              }
            });

    assertThat(copied.outcome()).isEqualTo(Outcome.COPIED);
    assertThat(copied.verified()).isFalse();
    assertThat(copied.detail()).isEqualTo("none of the keys is at hand");
    assertThat(content(to)).isEqualTo(content(from));
  }

  @Test
  void anEncodingThatFailsOtherwiseCopiesNothing() throws Exception {
    put(from, KEY, inverted(SNAPSHOT));

    Copied copied =
        mirror(
            new InvertedEncoding() {
              @Override
              public InputStream decode(InputStream stored, BackupName name) {
                throw new UnsatisfiedLinkError("no zstd-jni in java.library.path");
              }
            });

    assertThat(copied.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(copied.detail()).contains("verified on the way").contains("no zstd-jni");
    assertThat(to.list("")).isEmpty();
  }

  @Test
  void theResultOfABackupHasBothHashes() throws Exception {
    BackupService service =
        BackupService.builder(to).encodings(BackupEncodings.of(new InvertedEncoding())).build();

    BackupResult encoded =
        service.backUp(
            "p", FixedSnapshotSource.of(SNAPSHOT), NamingStrategy.periodic().withEncodings(".zst"));
    BackupResult plain = service.backUp("q", FixedSnapshotSource.of(SNAPSHOT));

    assertThat(encoded.digest().sha256()).isEqualTo(sha256(SNAPSHOT));
    assertThat(encoded.storedSha256()).isEqualTo(sha256(inverted(SNAPSHOT)));
    assertThat(plain.storedSha256()).isEqualTo(sha256(SNAPSHOT));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
