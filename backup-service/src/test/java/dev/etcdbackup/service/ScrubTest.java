package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.service.ScrubReport.Checked;
import dev.etcdbackup.service.ScrubReport.Result;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScrubTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(3, 10);

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final BackupService service = BackupService.builder(store).build();

  private static BackupKey key(String text) {
    return BackupKey.parse(text);
  }

  private void put(String key, byte[] bytes) throws BackupException {
    store.put(key(key), Content.of(new ByteArrayInputStream(bytes)));
  }

  private static List<String> texts(List<Checked> checked) {
    return checked.stream().map(one -> one.result() + " " + one.backup().key()).toList();
  }

  @Test
  void eachBackupIsCheckedWhateverIsFoundBeforeIt() throws Exception {
    put("a/etcd.backup_v1_2020-02-01-00:00:00", "no snapshot".getBytes(StandardCharsets.UTF_8));
    put("a/etcd.backup_v1_2020-02-02-00:00:00.gpg", SNAPSHOT);
    BackupResult good = service.backUp("b", FixedSnapshotSource.of(SNAPSHOT));
    List<Checked> heard = new ArrayList<>();
    List<String> progress = new ArrayList<>();

    ScrubReport report =
        service.scrub(
            ScrubRequest.builder("")
                .onChecked(heard::add)
                .progress((bytes, total) -> progress.add(bytes + "/" + total))
                .build());

    assertThat(texts(report.checked()))
        .containsExactly(
            "BAD a/etcd.backup_v1_2020-02-01-00:00:00",
            "SKIPPED a/etcd.backup_v1_2020-02-02-00:00:00.gpg",
            "GOOD " + good.key());
    assertThat(heard).isEqualTo(report.checked());
    assertThat(report.checked().get(0).problems()).isNotEmpty();
    assertThat(report.checked().get(1).problems()).containsExactly("it is encrypted with OpenPGP");
    assertThat(report.checked().get(2).problems()).isEmpty();
    assertThat(report.ok()).isFalse();
    long all = 11 + 2L * SNAPSHOT.length;
    assertThat(progress)
        .containsExactly(
            "0/" + all, "11/" + all, (11 + SNAPSHOT.length) + "/" + all, all + "/" + all);
    assertThat(service.scrub(ScrubRequest.builder("b").build()).ok()).isTrue();
  }

  @Test
  void unreadableBackupsInARowEndTheScrubAndOthersBetweenThemDoNot() throws Exception {
    for (int day = 1; day <= 9; day++) {
      put("p/etcd.backup_v1_2020-02-0" + day + "-00:00:00", SNAPSHOT);
    }
    List<String> unreadable = List.of("1", "3", "4", "6", "7", "8");

    ScrubReport report =
        service.scrub(
            ScrubRequest.builder("p")
                .verifier(
                    (backup, from) -> {
                      String day = backup.key().name().replaceAll(".*-0(\\d)-.*", "$1");
                      if (unreadable.contains(day)) {
                        throw new StoreException("day " + day + " cannot be read", null);
                      }
                      return new Verification(List.of());
                    })
                .build());

    assertThat(report.count(Result.UNREADABLE)).isEqualTo(6);
    assertThat(report.count(Result.GOOD)).isEqualTo(2);
    assertThat(report.remaining()).isEqualTo(1);
    assertThat(report.ok()).isFalse();
    assertThat(report.checked().get(0).problems()).containsExactly("day 1 cannot be read");
  }

  @Test
  void aBackupThatIsDeletedMeanwhileIsSkipped() throws Exception {
    put("p/manual", SNAPSHOT);
    ScrubReport report =
        service.scrub(
            ScrubRequest.builder("p")
                .verifier(
                    (backup, from) -> {
                      throw new BackupNotFoundException(backup.key());
                    })
                .build());

    assertThat(texts(report.checked())).containsExactly("SKIPPED p/manual");
    assertThat(report.ok()).isTrue();
  }

  @Test
  void anInterruptEndsTheScrub() throws Exception {
    put("p/one", SNAPSHOT);
    put("p/two", SNAPSHOT);
    List<Backup> begun = new ArrayList<>();
    ScrubRequest request =
        ScrubRequest.builder("p")
            .verifier(
                (backup, from) -> {
                  begun.add(backup);
                  throw new StoreException("interrupted", null);
                })
            .build();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> service.scrub(request)).isInstanceOf(StoreException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(begun).hasSizeLessThan(2);
  }

  @Test
  void sevenDaysOfASeventhCheckEachBackupOnce() throws Exception {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      put("p/manual-" + i, SNAPSHOT);
      all.add("p/manual-" + i);
    }
    List<String> checked = new ArrayList<>();
    for (int day = 0; day < 7; day++) {
      Instant now = Instant.parse("2020-02-01T23:59:59Z").plus(Duration.ofDays(day));
      BackupService thatDay = BackupService.builder(store).clock(InstantSource.fixed(now)).build();
      thatDay
          .scrub(ScrubRequest.builder("").spreadOver(7).build())
          .checked()
          .forEach(one -> checked.add(one.backup().key().toString()));
    }

    assertThat(checked).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void sharesAreEvenAndMoveOnAtMidnight() {
    DailyShare seventh = new DailyShare(7);
    Instant monday = Instant.parse("2020-02-03T00:00:00Z");
    List<BackupKey> keys =
        IntStream.range(0, 7000)
            .mapToObj(i -> key("p/etcd.backup_v" + i + "_2020-02-03-20:45:48"))
            .toList();
    for (int day = 0; day < 7; day++) {
      Instant morning = monday.plus(Duration.ofDays(day));
      Instant evening = morning.plus(Duration.ofHours(23));
      List<BackupKey> share = keys.stream().filter(key -> seventh.contains(key, morning)).toList();
      assertThat(share).hasSizeBetween(800, 1200);
      assertThat(keys.stream().filter(key -> seventh.contains(key, evening))).isEqualTo(share);
    }
  }

  @Test
  void limitsAreChecked() {
    ScrubRequest.Builder builder = ScrubRequest.builder("");
    for (int days : new int[] {0, -1, 1000}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.spreadOver(days))
          .withMessageContaining("" + days);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> builder.maxUnreadableInARow(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.timeout(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> ScrubRequest.builder("../x"));
  }
}
