package dev.etcdbackup.changes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of changes, written and read. */
class ChangesFileTest {
  private static final Instant TIME = Instant.parse("2020-01-30T20:44:41.123Z");
  private static final String BASE = "01".repeat(32);
  private static final String PREDECESSOR = "fe".repeat(32);

  private static ChangesHeader header(long from, long to, String predecessor) {
    return new ChangesHeader(
        0xfedcba9876543210L,
        7,
        "p/etcd.backup_v4_2020-01-30-20:44:00",
        BASE,
        predecessor,
        from,
        to,
        -1,
        3,
        TIME,
        List.of(new Lease(-5, 60, 0), new Lease(6, 0, 0)),
        Optional.of(new HashKv(0xdeadbeefL, to, 2)));
  }

  private static ChangesWriter.Finished threeEvents(String predecessor) {
    ChangesWriter writer = new ChangesWriter(5);
    writer.time(TIME);
    writer.event(5, false, "put".getBytes(UTF_8));
    writer.event(5, true, "del".getBytes(UTF_8));
    writer.time(TIME.plusSeconds(1));
    writer.event(6, false, new byte[0]);
    return writer.finish(header(5, 6, predecessor));
  }

  private static byte[] bytes(ChangesWriter.Finished finished) throws Exception {
    byte[] bytes = finished.stream().readAllBytes();
    assertThat(bytes).hasSize((int) finished.size());
    return bytes;
  }

  @Test
  void whatWasWrittenIsRead() throws Exception {
    ChangesWriter.Finished finished = threeEvents(PREDECESSOR);
    ChangesFile file = ChangesFile.of(bytes(finished));

    assertThat(file.header()).isEqualTo(header(5, 6, PREDECESSOR));
    assertThat(file.sha256()).isEqualTo(finished.sha256());
    assertThat(file.events()).isEqualTo(3);
    List<String> lines = new ArrayList<>();
    ChangesCursor at = file.cursor();
    while (at.next()) {
      String value = new String(at.keyValue(), UTF_8);
      lines.add(at.revision() + " " + at.deletion() + " " + value + " " + at.time().orElseThrow());
    }
    assertThat(lines)
        .containsExactly(
            "5 false put 2020-01-30T20:44:41.123Z",
            "5 true del 2020-01-30T20:44:41.123Z",
            "6 false  2020-01-30T20:44:42.123Z");
    assertThat(ChangesFile.of(bytes(threeEvents(""))).header().predecessorSha256()).isEmpty();
  }

  /** A writer begins with 64 KiB; an event takes 13 bytes more than its value. */
  @ParameterizedTest
  @ValueSource(ints = {0, 65_522, 65_523, 65_524, 300_000})
  void theFirstRevisionAloneIsReadWhateverItsSize(int length) throws Exception {
    byte[] value = "v".repeat(length).getBytes(UTF_8);
    byte[] second = "w".repeat(4 * length).getBytes(UTF_8);
    ChangesWriter writer = new ChangesWriter(5);
    writer.event(5, false, value);
    assertThat(writer.size()).isEqualTo(13 + length);
    writer.event(5, false, second);

    ChangesFile file = ChangesFile.of(bytes(writer.finish(header(5, 5, ""))));

    ChangesCursor at = file.cursor();
    assertThat(at.next()).isTrue();
    assertThat(at.revision()).isEqualTo(5);
    assertThat(at.keyValue()).isEqualTo(value);
    assertThat(at.next()).isTrue();
    assertThat(at.keyValue()).isEqualTo(second);
    assertThat(at.next()).isFalse();
  }

  @Test
  void theLastRevisionOfAWriterHasTheFingerprintOfItsEvents() {
    ChangesWriter writer = new ChangesWriter(5);
    assertThat(writer.lastFingerprint()).isEqualTo(new RevisionFingerprint().finish());
    writer.event(5, false, "of the revision before".getBytes(UTF_8));
    writer.time(TIME);
    writer.event(6, false, "a put".getBytes(UTF_8));
    writer.time(TIME.plusSeconds(1));
    writer.event(6, true, "a key".getBytes(UTF_8));

    RevisionFingerprint expected = new RevisionFingerprint();
    byte[] array = "a put, a key".getBytes(UTF_8);
    expected.event(false, array, 0, 5);
    expected.event(true, array, 7, 5);
    assertThat(writer.lastFingerprint()).isEqualTo(expected.finish());
  }

  @Test
  void aHashOfARevisionThatNoMemberAnswersForIsDamage() throws Exception {
    for (HashKv hash : List.of(new HashKv(1, 0, -1), new HashKv(1, 5, 6))) {
      ChangesHeader good = header(5, 5, "");
      ChangesHeader bad =
          new ChangesHeader(
              good.clusterId(),
              good.memberId(),
              good.baseKey(),
              good.baseSha256(),
              "",
              5,
              5,
              -1,
              3,
              TIME,
              List.of(),
              Optional.of(hash));
      ChangesWriter writer = new ChangesWriter(5);
      writer.event(5, false, new byte[0]);
      byte[] bytes = bytes(writer.finish(bad));
      assertThatThrownBy(() -> ChangesFile.of(bytes))
          .isInstanceOf(CorruptBackupException.class)
          .hasMessageContaining("its HashKV is of revision");
    }
  }

  /** The bytes as docs/changes-format.md has them. */
  @Test
  void theFormatIsTheOneThatIsDocumented() throws Exception {
    String expected =
        "4554434443484731" // ETCDCHG1
            + "fedcba9876543210" // cluster
            + "0000000000000007" // member
            + "0000000000000005" // from
            + "0000000000000006" // to
            + "ffffffffffffffff" // compacted
            + "0000000000000003" // users and roles
            + "0000016ff832df23" // written
            + BASE
            + PREDECESSOR
            + "0024"
            + HexFormat.of().formatHex("p/etcd.backup_v4_2020-01-30-20:44:00".getBytes(UTF_8))
            + "01" // HashKV
            + "0000000000000006"
            + "0000000000000002"
            + "deadbeef"
            + "00000002" // leases
            + "fffffffffffffffb"
            + "000000000000003c"
            + "0000000000000006"
            + "0000000000000000"
            + "03" // time
            + "0000016ff832df23"
            + "01" // put
            + "0000000000000005"
            + "00000003"
            + "707574"
            + "02" // deletion
            + "0000000000000005"
            + "00000003"
            + "64656c"
            + "03" // time
            + "0000016ff832e30b"
            + "01" // put
            + "0000000000000006"
            + "00000000"
            + "00"; // end
    byte[] bytes = bytes(threeEvents(PREDECESSOR));
    assertThat(HexFormat.of().formatHex(bytes, 0, bytes.length - 32)).isEqualTo(expected);
  }

  @Test
  void noChangedOrMissingByteIsOverlooked() throws Exception {
    byte[] whole = bytes(threeEvents(PREDECESSOR));
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> ChangesFile.of(changed)).isInstanceOf(CorruptBackupException.class);
      byte[] cut = Arrays.copyOf(whole, i);
      assertThatThrownBy(() -> ChangesFile.of(cut)).isInstanceOf(CorruptBackupException.class);
    }
  }

  /** Also where the SHA-256 is that of the damaged bytes. */
  @Test
  void damageThatWasHashedEndsWithOneException() throws Exception {
    byte[] whole = bytes(threeEvents(PREDECESSOR));
    Random random = new Random(17);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = whole.clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        changed[8 + random.nextInt(whole.length - 40)] = (byte) random.nextInt();
      }
      byte[] trailer = sha256(changed);
      System.arraycopy(trailer, 0, changed, whole.length - 32, 32);
      try {
        assertThat(ChangesFile.of(changed).events()).isPositive();
      } catch (CorruptBackupException e) {
        assertThat(e).hasMessageMatching("[^\\n]+");
      }
    }
  }

  private static byte[] sha256(byte[] bytes) {
    var digest = Sha256.digest();
    digest.update(bytes, 0, bytes.length - 32);
    return digest.digest();
  }

  @Test
  void revisionsFollowEachOther() {
    ChangesWriter writer = new ChangesWriter(5);
    assertThatIllegalArgumentException().isThrownBy(() -> writer.event(4, false, new byte[1]));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.event(6, false, new byte[1]));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.finish(header(5, 5, "")));
    writer.event(5, false, new byte[1]);
    writer.event(5, false, new byte[1]);
    assertThatIllegalArgumentException().isThrownBy(() -> writer.event(7, false, new byte[1]));
    assertThat(writer.last()).isEqualTo(5);
  }

  @Test
  void fingerprintsOfTheSameRevisionsAreEqual() throws Exception {
    ChangesFile file = ChangesFile.of(bytes(threeEvents("")));
    ChangesWriter other = new ChangesWriter(5);
    other.event(5, false, "put".getBytes(UTF_8));
    other.event(5, true, "del".getBytes(UTF_8));
    ChangesFile same = ChangesFile.of(bytes(other.finish(header(5, 5, PREDECESSOR))));

    assertThat(file.fingerprint(5, 5)).isPresent().isEqualTo(same.fingerprint(5, 5));
    assertThat(file.fingerprint(6, 6)).isPresent().isNotEqualTo(same.fingerprint(5, 5));
    assertThat(file.fingerprint(5, 6)).isPresent().isNotEqualTo(same.fingerprint(5, 5));
    assertThat(file.fingerprint(4, 5)).isEmpty();
    assertThat(same.fingerprint(5, 6)).isEmpty();
  }

  @Test
  void storedChangesAreVerifiedAgainstTheirName() throws Exception {
    InMemoryBackupStore store = new InMemoryBackupStore();
    ChangesVerifier verifier =
        new ChangesVerifier(
            BackupEncodings.none(), (backup, in) -> new Verification(List.of("no changes")));
    assertThat(verify(store, verifier, BackupName.changes(5, 6, TIME))).isEmpty();
    assertThat(verify(store, verifier, BackupName.changes(5, 7, TIME)))
        .singleElement()
        .asString()
        .contains("etcd.changes_v5-v7")
        .contains("it holds revisions 5 to 6");
    assertThat(verify(store, verifier, BackupName.periodic("etcd.backup", 5, TIME)))
        .containsExactly("no changes");
  }

  private static List<String> verify(
      InMemoryBackupStore store, ChangesVerifier verifier, BackupName name) throws Exception {
    byte[] bytes = bytes(threeEvents(""));
    var stored =
        store.put(BackupKey.of("p", name.text()), Content.of(new ByteArrayInputStream(bytes)));
    return verifier.verify(Backup.of(stored, ZoneOffset.UTC), store).problems();
  }
}
