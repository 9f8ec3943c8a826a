package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupKeyTest {
  @ParameterizedTest
  @CsvSource({
    "cray-bss/etcd.backup_v1, cray-bss, etcd.backup_v1",
    "cray-bss/sub/directory/name, cray-bss, sub/directory/name",
    "at-the-root, '', at-the-root",
    "/leading, '', leading",
    "trailing/, trailing, ''",
    "a//b, a, /b",
    "'', '', ''",
    "/, '', ''",
  })
  void theProjectIsTheFirstSegmentAndTheNameIsTheRest(String text, String project, String name) {
    BackupKey key = BackupKey.parse(text);

    assertThat(key.project()).isEqualTo(project);
    assertThat(key.name()).isEqualTo(name);
    assertThat(key).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p/n",
        "p/a/b/c",
        "cray-bss/etcd.backup_v1450_2020-01-30-20:44:41",
        "p/...", // dots, but not a directory's
        "p/.hidden",
        "..p/n",
        ".etcd-backup2/n",
        "p/.etcd-backup",
        "p/with blank",
        "p/Ω\uD83D\uDE00",
        "p/%2e%2e",
      })
  void aPlainKeyIsWritable(String text) {
    BackupKey key = BackupKey.parse(text);

    assertThat(key.requireWritable()).isSameAs(key);
    assertThat(BackupKey.of(key.project(), key.name())).isEqualTo(key);
  }

  @ParameterizedTest
  @CsvSource({
    "name, must be PROJECT/NAME",
    "'', must be PROJECT/NAME",
    "/name, must not be empty",
    "p/, empty segment",
    "p/a//b, empty segment",
    "p/a/, empty segment",
    "./n, must not have the segment '.'",
    "../n, must not have the segment '..'",
    "p/.., must not have the segment '..'",
    "p/a/../../b, must not have the segment '..'",
    "p/./a, must not have the segment '.'",
    ".etcd-backup/n, is reserved",
    ".zfs/n, file systems use",
    "~snapshot/n, file systems use",
    "p/.nfs0123456789/n, file systems use",
    "p/a\\b, must not contain control characters or backslashes",
    "p\\q/n, must not contain control characters or backslashes",
    "'p/a\tb', must not contain control characters or backslashes",
    "'p/a\nb', must not contain control characters or backslashes",
    "p/a\u0000b, must not contain control characters or backslashes",
    "p/a\u007Fb, must not contain control characters or backslashes",
    "p/a\u0085b, must not contain control characters or backslashes",
    "p/a\uD83D, must not contain unpaired surrogates",
    "p/\uDE00\uD83D, must not contain unpaired surrogates",
  })
  void aKeyThatSomeStoreCouldNotHoldIsRefused(String text, String rule) {
    BackupKey key = BackupKey.parse(text);

    assertThatIllegalArgumentException()
        .isThrownBy(key::requireWritable)
        .withMessageContaining(rule)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContainPattern("\\p{Cntrl}"));
    assertThatIllegalArgumentException().isThrownBy(() -> BackupKey.of(key.project(), key.name()));
  }

  /** Otherwise a cluster could be configured of which no backup can be stored. */
  @ParameterizedTest
  @ValueSource(strings = {".etcd-backup", ".zfs", ".snapshot", ".snapshots", ".DS_Store"})
  void aProjectInWhichNothingCanBeWrittenIsRefused(String project) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.requireProject(project))
        .withMessageContaining(project);
  }

  @Test
  void aRefusalNamesTheKey() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.of("cray-bss", "../secret"))
        .withMessageContaining("key 'cray-bss/../secret'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.of("cray/bss", "n"))
        .withMessageContaining("project 'cray/bss' must not contain '/'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.requireProject(""))
        .withMessageContaining("project '' must not be empty");
  }

  @Test
  void aKeyHasAtMost1024BytesAndASegment255() {
    String segment = "é".repeat(127); // 254 bytes of UTF-8
    String full = "p/" + "a".repeat(255) + "/" + "b".repeat(255) + "/" + "c".repeat(255) + "/";

    assertThat(BackupKey.of("p", segment + "x").name()).hasSize(128);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.of("p", segment + "é"))
        .withMessageContaining("255 bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.of("x".repeat(256), "n"))
        .withMessageContaining("255 bytes");
    assertThat(BackupKey.parse(full + "d".repeat(254)).requireWritable().toString()).hasSize(1024);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupKey.parse(full + "d".repeat(255)).requireWritable())
        .withMessageContaining("is 1025 bytes long, at most 1024 fit");
  }

  @Test
  void nullIsRefused() {
    assertThatNullPointerException().isThrownBy(() -> BackupKey.parse(null));
    assertThatNullPointerException().isThrownBy(() -> BackupKey.of("p", null));
    assertThatNullPointerException().isThrownBy(() -> BackupKey.of(null, "n"));
  }

  @Test
  void keysAreInTheOrderOfTheirUtf8Bytes() {
    List<String> inOrder =
        List.of(
            "",
            "/",
            "a",
            "a!b/x",
            "a-b/x",
            "a/b",
            "a/bc",
            "aa",
            "z",
            "é",
            "\uFFFD",
            "\uD83D\uDE00");
    List<BackupKey> keys = new ArrayList<>(inOrder.stream().map(BackupKey::parse).toList());
    Collections.shuffle(keys, new Random(7));

    keys.sort(null);

    assertThat(keys).map(BackupKey::toString).containsExactlyElementsOf(inOrder);
    assertThat(inOrder)
        .isSortedAccordingTo(
            (x, y) ->
                Arrays.compareUnsigned(
                    x.getBytes(StandardCharsets.UTF_8), y.getBytes(StandardCharsets.UTF_8)));
  }
}
