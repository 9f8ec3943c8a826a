package dev.etcdbackup.service;

import static dev.etcdbackup.service.StoreContents.content;
import static dev.etcdbackup.service.StoreContents.put;
import static dev.etcdbackup.service.StoreContents.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes, and backups that are decoded and encoded again on the way. */
@Timeout(60)
class EncodedCopiesTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final String FIRST = "p/etcd.backup_v1_2020-02-01-10:00:00";
  private static final String SECOND = "p/etcd.backup_v2_2020-02-02-10:00:00";
  private static final String CHANGES = "p/etcd.changes_v2-v9_2020-02-02-11:00:00";

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);

  /** Content, and its SHA-256 after it. */
  private static byte[] changes(int length) throws Exception {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
    byte[] all = Arrays.copyOf(content, length + sha256.length);
    System.arraycopy(sha256, 0, all, length, sha256.length);
    return all;
  }

  @Test
  void changesAreVerifiedByTheirOwnHash() throws Exception {
    for (int length : new int[] {0, 1, 31, 32, 33, 200_000}) {
      InMemoryBackupStore source = new InMemoryBackupStore(() -> NOW);
      InMemoryBackupStore target = new InMemoryBackupStore(() -> NOW);
      put(source, CHANGES, changes(length));
      assertThat(copier(source, target).mirror("p").copies())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.outcome()).isEqualTo(Outcome.COPIED);
                assertThat(one.verified()).isTrue();
              });
      assertThat(content(target)).isEqualTo(content(source));
    }
    byte[] damaged = changes(5000);
    damaged[17] ^= 1;
    put(from, CHANGES, damaged);
    assertThat(copier(from, to).mirror("p").copies().get(0).outcome()).isEqualTo(Outcome.CORRUPT);
    assertThat(to.find(BackupKey.parse(CHANGES))).isEmpty();
  }

  @Test
  void backupsAreEncodedAgainOnTheWay() throws Exception {
    byte[] damaged = snapshot(2);
    damaged[damaged.length / 2] ^= 1;
    put(from, FIRST, snapshot(1));
    put(from, SECOND, damaged);
    put(from, CHANGES, changes(700));
    put(from, "p/by-hand", new byte[] {1, 2, 3});
    BackupEncodings inverted = BackupEncodings.of(new InvertedEncoding());
    BackupCopier encoding =
        BackupCopier.builder(from, to)
            .encodings(inverted)
            .encodeAs(inverted, List.of(".zst"))
            .build();

    assertThat(encoding.mirror("p").copies())
        .map(one -> one.outcome() + " " + one.key())
        .containsExactlyInAnyOrder(
            "COPIED " + FIRST, "CORRUPT " + SECOND, "COPIED " + CHANGES, "COPIED p/by-hand");
    assertThat(to.list("p"))
        .map(one -> one.key().toString())
        .containsExactlyInAnyOrder(FIRST + ".zst", CHANGES + ".zst", "p/by-hand");
    assertThat(encoding.mirror("p").copies())
        .filteredOn(one -> one.outcome() != Outcome.CORRUPT)
        .map(Copied::outcome)
        .containsOnly(Outcome.PRESENT);

    InMemoryBackupStore back = new InMemoryBackupStore(() -> NOW);
    CopyReport plain =
        BackupCopier.builder(to, back)
            .encodings(inverted)
            .encodeAs(BackupEncodings.none(), List.of())
            .build()
            .mirror("p");
    assertThat(plain.ok()).isTrue();
    assertThat(back.list("p")).hasSize(3);
    assertThat(content(back))
        .containsEntry(BackupKey.parse(FIRST), content(from).get(BackupKey.parse(FIRST)));
    assertThatThrownBy(() -> encoding.mirror("p", RetentionPolicy.keepLast(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> BackupCopier.builder(from, to).encodeAs(BackupEncodings.none(), List.of(".zst")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** As zstd-jni does where it may not unpack its library. */
  @Test
  void anEncodingWithoutItsLibraryFailsEachBackupAndNoneIsLeftOutOfTheReport() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    BackupEncoding unusable =
        new BackupEncoding() {
          @Override
          public String suffix() {
            return ".zst";
          }

          @Override
          public Content encode(Content snapshot, BackupName name) {
            throw new UnsatisfiedLinkError("no zstd-jni in java.library.path");
          }

          @Override
          public InputStream decode(InputStream stored, BackupName name) {
            throw new UnsatisfiedLinkError("no zstd-jni in java.library.path");
          }
        };
    BackupEncodings encodings = BackupEncodings.of(unusable);

    CopyReport report =
        BackupCopier.builder(from, to)
            .parallelism(1)
            .encodeAs(encodings, List.of(".zst"))
            .build()
            .mirror("p");

    assertThat(report.ok()).isFalse();
    assertThat(report.copies()).map(Copied::outcome).hasSize(2).containsOnly(Outcome.FAILED);
    assertThat(report.copies().get(0).detail()).contains("no zstd-jni in java.library.path");
    assertThat(to.list("p")).isEmpty();
  }

  private static BackupCopier copier(BackupStore source, BackupStore target) {
    return BackupCopier.builder(source, target).clock(() -> NOW).build();
  }
}
