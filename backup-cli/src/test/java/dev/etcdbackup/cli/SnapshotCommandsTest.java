package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code status}, {@code keys}, {@code diff}, {@code inspect}: of files, keys and tarballs. */
class SnapshotCommandsTest {
  private static final String PLAIN = "3.5.30-plain";
  private static final String KEY = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String TARBALL = "etcd-backup-2020-02-03-15-50-08.tar.gz";
  private static final String TMPDIR = "java.io.tmpdir";
  private static final JsonMapper JSON = new JsonMapper();

  private final String usualTmpdir = System.getProperty(TMPDIR);

  @TempDir Path directory;
  private Path store;
  private Path file;
  private Path tarball;

  @BeforeEach
  void storeTheSameInThreeForms() throws Exception {
    System.setProperty(TMPDIR, Files.createDirectory(directory.resolve("tmp")).toString());
    store = directory.resolve("store");
    Goldens.write(store.resolve(KEY), Goldens.bytes(PLAIN));
    byte[] packed = Goldens.tarball(PLAIN, TARBALL);
    Goldens.write(store.resolve("p/" + TARBALL), packed);
    tarball = Goldens.write(directory.resolve(TARBALL), packed);
    file = Goldens.write(directory.resolve("snap.db"), Goldens.bytes(PLAIN));
  }

  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    System.setProperty(TMPDIR, usualTmpdir);
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
  }

  private List<String> forms() {
    return List.of(
        file.toString(), file.toUri().toString(), tarball.toString(), KEY, "p/" + TARBALL);
  }

  static Stream<JsonNode> goldens() throws Exception {
    return Goldens.manifest();
  }

  private Path golden(String name) {
    return Goldens.write(directory.resolve(name), Goldens.bytes(name));
  }

  private static JsonNode json(Cli run) throws Exception {
    assertThat(run.err()).isEmpty();
    return JSON.readTree(run.out());
  }

  // extract; RestoreCommandsTest has the rest

  @Test
  void aKeyCanBeGivenInEveryFormInWhichItsBytesCanBeWritten() throws Exception {
    String key = Cli.on(store, "keys", file.toString()).out().lines().findFirst().orElseThrow();
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    Cli expected = Cli.on(store, "extract", file.toString(), key);
    assertThat(expected.code()).isEqualTo(0);
    String hex = HexFormat.of().formatHex(bytes);
    String base64 = Base64.getEncoder().encodeToString(bytes);
    String escaped = HexFormat.of().withPrefix("\\x").formatHex(bytes);
    assertThat(Cli.on(store, "extract", file.toString(), "--key-hex=" + hex)).isEqualTo(expected);
    assertThat(Cli.on(store, "extract", file.toString(), "--key-base64=" + base64))
        .isEqualTo(expected);
    assertThat(Cli.on(store, "extract", file.toString(), escaped)).isEqualTo(expected);
    assertThat(Cli.on(store, "extract", file.toString(), "--key-hex=00ff"))
        .returns(1, Cli::code)
        .satisfies(none -> assertThat(none.err()).contains("there is no key 00ff"));
  }

  @Test
  void aPrefixIsReadAsKeysPrintsIt() {
    String key = Cli.on(store, "keys", file.toString()).out().lines().findFirst().orElseThrow();
    String plain = key.substring(0, 3);
    String escaped =
        HexFormat.of().withPrefix("\\x").formatHex(plain.getBytes(StandardCharsets.UTF_8));
    for (String command : List.of("keys", "extract")) {
      Cli expected = Cli.on(store, command, file.toString(), "-ojson", "--prefix=" + plain);
      assertThat(expected.out()).contains(key);
      assertThat(Cli.on(store, command, file.toString(), "-ojson", "--prefix=" + escaped))
          .isEqualTo(expected);
    }
  }

  @Test
  void whatKeysPrintsOfBytesThatAreNotUtf8IsReadBack() {
    byte[] bytes = {'a', (byte) 0xff, '\\', 'x', '4', '1', 0};
    assertThat(BytesText.shown(bytes)).isEqualTo("a\\xff\\x5cx41\\x00");
    assertThat(BytesText.unescaped(BytesText.shown(bytes))).isEqualTo(bytes);
    assertThat(BytesText.unescaped("ü\\xzz")).asString(StandardCharsets.UTF_8).isEqualTo("ü\\xzz");
  }

  // status

  @ParameterizedTest
  @MethodSource("goldens")
  void statusIsWhatEtcdSays(JsonNode golden) throws Exception {
    Path one = golden(golden.get("file").asText().replace(".snap.db", ""));
    Cli run = Cli.run("status", one.toString(), "-o", "json");
    assertThat(json(run)).isEqualTo(golden.get("status"));
    String line = golden.get("server").asText().substring(0, 3);
    assertThat(Cli.run("status", one.toString(), "-o", "json", "--as", line)).isEqualTo(run);
  }

  @Test
  void statusOfOneVersionAsAnotherCountsDifferently() throws Exception {
    JsonNode as34 = json(Cli.run("status", file.toString(), "--as=3.4", "-ojson"));
    JsonNode as36 = json(Cli.run("status", file.toString(), "--as=3.6", "-ojson"));
    assertThat(as34.get("totalKey").asInt()).isEqualTo(235);
    assertThat(as36.get("totalKey").asInt()).isEqualTo(171);
    assertThat(((ObjectNode) as36).remove("version").asText()).isEmpty();
    assertThat(((ObjectNode) as36).put("totalKey", 235)).isEqualTo(as34);
  }

  @Test
  void statusIsTheSameInAllForms() {
    for (String form : forms()) {
      assertThat(Cli.on(store, "status", form))
          .as(form)
          .isEqualTo(
              new Cli(0, "hash: c30ba15d\nrevision: 230\ntotalKey: 235\ntotalSize: 45056\n", ""));
    }
  }

  // keys

  @Test
  void keysAreInOrderAndTheSameInAllForms() {
    Cli first = Cli.on(store, "keys", file.toString());
    assertThat(first.code()).isEqualTo(0);
    List<String> keys = first.out().lines().toList();
    assertThat(keys).hasSize(171).isSorted().doesNotHaveDuplicates();
    for (String form : forms()) {
      assertThat(Cli.on(store, "keys", form)).as(form).isEqualTo(first);
    }
  }

  @Test
  void keysInJsonTellEverything() throws Exception {
    List<String> texts = Cli.run("keys", file.toString()).out().lines().toList();
    JsonNode keys = json(Cli.run("keys", file.toString(), "-o", "json"));
    assertThat(keys).hasSize(171);
    for (int i = 0; i < keys.size(); i++) {
      JsonNode key = keys.get(i);
      assertThat(key.get("key").asText()).isEqualTo(texts.get(i));
      assertThat(key.get("createRevision").asLong()).isBetween(2L, key.get("modRevision").asLong());
      assertThat(key.get("modRevision").asLong()).isLessThanOrEqualTo(230);
      assertThat(key.get("version").asLong()).isPositive();
      assertThat(key.has("lease")).isTrue();
      assertThat(key.has("value") || key.has("valueBase64"))
          .as("values are not asked for")
          .isFalse();
    }
  }

  @Test
  void valuesFollowTheirKeys() throws Exception {
    List<String> lines = Cli.run("keys", file.toString(), "--values").out().lines().toList();
    JsonNode keys = json(Cli.run("keys", file.toString(), "--values", "-ojson"));
    assertThat(lines).hasSize(2 * keys.size());
    for (int i = 0; i < keys.size(); i++) {
      assertThat(lines.get(2 * i)).isEqualTo(keys.get(i).get("key").asText());
      assertThat(keys.get(i).has("value") ^ keys.get(i).has("valueBase64")).isTrue();
    }
  }

  @Test
  void bytesThatAreNoTextAreInBase64AndEscapedForTerminals() throws Exception {
    Path misc = golden("3.5.30-misc");
    JsonNode keys = json(Cli.run("keys", misc.toString(), "--values", "-ojson"));
    Cli text = Cli.run("keys", misc.toString(), "--values");
    assertThat(keys).hasSize(15);
    assertThat(text.out().lines()).hasSize(30);
    assertThat(text.out().replace("\n", "").chars()).noneMatch(Character::isISOControl);
    for (JsonNode key : keys) {
      assertThat(key.has("key") ^ key.has("keyBase64")).as(key.toString()).isTrue();
    }
  }

  @Test
  void aPrefixNarrowsAndARevisionGoesBack() throws Exception {
    List<String> all = Cli.run("keys", file.toString()).out().lines().toList();
    String prefix = all.get(80).substring(0, all.get(80).length() - 1);
    List<String> wanted = all.stream().filter(key -> key.startsWith(prefix)).toList();
    assertThat(wanted).isNotEmpty().hasSizeLessThan(171);
    assertThat(Cli.run("keys", file.toString(), "--prefix", prefix).out().lines())
        .containsExactlyElementsOf(wanted);
    assertThat(Cli.run("keys", file.toString(), "--prefix", "no such"))
        .isEqualTo(new Cli(0, "", ""));
    assertThat(json(Cli.run("keys", file.toString(), "--prefix", "no such", "-ojson"))).isEmpty();

    JsonNode then = json(Cli.run("keys", file.toString(), "--rev", "50", "-ojson"));
    assertThat(then).isNotEmpty().allMatch(key -> key.get("modRevision").asLong() <= 50);
    assertThat(Cli.run("keys", file.toString(), "--rev", "230").out().lines())
        .containsExactlyElementsOf(all);
  }

  @Test
  void aRevisionThatIsNotKeptIsRefused() {
    Path compacted = golden("3.4.23-rich-compacted1");
    Cli gone = Cli.run("keys", compacted.toString(), "--rev", "5");
    assertThat(gone.code()).isEqualTo(2);
    assertThat(gone.out()).isEmpty();
    assertThat(gone.err())
        .startsWith("etcd-backup: --rev: revision 5 was compacted")
        .hasLineCount(1);
    Cli future = Cli.run("keys", compacted.toString(), "--rev", "4210", "-ojson");
    assertThat(future.code()).isEqualTo(2);
    assertThat(future.out()).isEmpty();
    assertThat(future.err()).contains("revision 4210 is in the future");
  }

  // diff

  @Test
  void equalSnapshotsDoNotDiffer() {
    for (String form : forms()) {
      assertThat(Cli.on(store, "diff", file.toString(), form)).isEqualTo(new Cli(0, "", ""));
    }
    assertThat(Cli.on(store, "diff", KEY, KEY, "-ojson").out()).isEqualTo("[ ]\n");
  }

  @Test
  void diffTellsWhatIsNewGoneAndChanged() throws Exception {
    String before = golden("3.5.30-rich-compacted1").toString();
    String after = golden("3.5.30-rich-auth").toString();
    Cli there = Cli.run("diff", before, after);
    Cli back = Cli.run("diff", after, before);
    assertThat(there.code()).isEqualTo(1);
    assertThat(there.err()).isEmpty();
    assertThat(there.out().lines()).allMatch(line -> line.matches("[-+~] .*"));
    for (String sign : List.of("+", "-", "~")) {
      assertThat(there.out().lines()).anyMatch(line -> line.startsWith(sign));
    }
    assertThat(back.out().lines().map(SnapshotCommandsTest::turned))
        .containsExactlyElementsOf(there.out().lines().toList());
    long kept = there.out().lines().filter(line -> line.startsWith("+")).count();
    long gone = there.out().lines().filter(line -> line.startsWith("-")).count();
    assertThat(kept - gone).isEqualTo(2992 - 3044);

    JsonNode rows = json(Cli.run("diff", before, after, "-o", "json"));
    assertThat(rows).hasSize((int) there.out().lines().count());
    assertThat(rows).allMatch(row -> row.get("change").asText().matches("added|removed|changed"));
  }

  private static String turned(String line) {
    char sign = line.charAt(0);
    return (sign == '+' ? '-' : sign == '-' ? '+' : sign) + line.substring(1);
  }

  // inspect

  @Test
  void inspectTellsTheSameInAllFormsAndHowItRead() throws Exception {
    List<String> ways = List.of("file", "file", "memory", "ranges", "memory");
    for (int i = 0; i < ways.size(); i++) {
      JsonNode metadata = json(Cli.on(store, "inspect", forms().get(i), "-ojson"));
      assertThat(metadata.get("readBy").asText()).isEqualTo(ways.get(i));
      assertThat(metadata.get("revision").asLong()).isEqualTo(230);
      assertThat(metadata.get("writtenBy").asText()).isEqualTo("3.5");
      assertThat(metadata.get("members")).hasSize(1);
      assertThat(metadata.get("databaseSize").asLong()).isEqualTo(45056);
    }
  }

  @Test
  void inspectInTextHasALineForEachFact() {
    Cli run = Cli.on(store, "inspect", KEY);
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.out())
        .startsWith("revision: 230\ncompacted: never\netcd: 3.5\n")
        .contains("\nmember: ", "\nleases: ", "\nevents: ", "\nsize: 45056 bytes in pages of 4096 ")
        .endsWith("\nread by: ranges\n");
  }

  // what goes wrong

  @ParameterizedTest
  @MethodSource("readers")
  void whatIsNotThereIsSaid(String command) {
    assertThat(run(command, "p/none"))
        .isEqualTo(new Cli(1, "", "etcd-backup: there is no backup p/none\n"));
    assertThat(run(command, directory + "/none"))
        .isEqualTo(new Cli(2, "", "etcd-backup: " + directory + "/none is not there\n"));
    assertThat(run(command, directory.toString()))
        .isEqualTo(new Cli(2, "", "etcd-backup: " + directory + " is not a file\n"));
    String gpg = "p/etcd-backup-2020-02-03-15-50-08.tar.gz.gpg";
    assertThat(run(command, gpg).code()).isEqualTo(2);
    assertThat(run(command, gpg).err())
        .contains("is encrypted; give --decrypt-with KEYFILE, or decrypt it with gpg first");
  }

  @ParameterizedTest
  @MethodSource("readers")
  void whatIsCorruptEndsWithFiveAndOneLine(String command) {
    byte[] cut = Arrays.copyOf(Goldens.bytes(PLAIN), 5000);
    Path bad = Goldens.write(directory.resolve("bad.db"), cut);
    Goldens.write(store.resolve("p/bad"), cut);
    Path torn =
        Goldens.write(directory.resolve("etcd-backup-2020-02-03-15-50-09.tar.gz"), new byte[100]);
    for (String form : List.of(bad.toString(), "p/bad", torn.toString())) {
      Cli run = run(command, form);
      assertThat(run.code()).as(form).isEqualTo(5);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).startsWith("etcd-backup: ").hasLineCount(1);
      assertThat(run.err()).contains(form.substring(form.lastIndexOf('/') + 1));
    }
  }

  static Stream<String> readers() {
    return Stream.of("status", "keys", "inspect", "diff");
  }

  private Cli run(String command, String operand) {
    return command.equals("diff")
        ? Cli.on(store, command, operand, file.toString())
        : Cli.on(store, command, operand);
  }
}
