package dev.etcdbackup.cli;

import static dev.etcdbackup.cli.OpenPgpFiles.SUBKEY;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted and signed backups, from the command line. */
@Tag("server")
class EncryptionCommandsTest {
  private static final String PLAIN = "3.5.30-plain";
  private static final String TMPDIR = "java.io.tmpdir";

  private final String usualTmpdir = System.getProperty(TMPDIR);
  private final List<Cli> runs = new ArrayList<>();

  @TempDir Path directory;
  private Path store;
  private Path snapshot;
  private String publicKey;
  private String privateKey;
  private String passphrase;

  @BeforeEach
  void writeKeys() throws IOException {
    System.setProperty(TMPDIR, Files.createDirectory(directory.resolve("tmp")).toString());
    store = Files.createDirectory(directory.resolve("store"));
    snapshot = Goldens.write(directory.resolve("snap.db"), Goldens.bytes(PLAIN));
    OpenPgpFiles keys = OpenPgpFiles.in(directory);
    publicKey = keys.publicKey().toString();
    privateKey = keys.privateKey().toString();
    passphrase = keys.passphrase().toString();
  }

  @AfterEach
  void nothingIsLeftAndNothingSecretWasPrinted() throws IOException {
    System.setProperty(TMPDIR, usualTmpdir);
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
    List<String> keyLines = Files.readAllLines(Path.of(privateKey));
    for (Cli run : runs) {
      assertThat(run.out() + run.err())
          .doesNotContain("open sesame")
          .doesNotContain(keyLines.get(3));
    }
  }

  private Cli run(String... arguments) {
    Cli run = Cli.on(store, arguments);
    runs.add(run);
    return run;
  }

  /** Runs with the private key and its passphrase. */
  private Cli withKey(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--decrypt-with", privateKey, "--passphrase-file", passphrase));
    return run(all.toArray(String[]::new));
  }

  private String createEncrypted() {
    Cli run = run("create", "p", "--from-file", snapshot.toString(), "--encrypt-to", publicKey);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(0);
    return run.out().strip();
  }

  @Test
  void encryptedBackupIsVerifiedReadAndRestoredWithTheKeyAlone() {
    String key = createEncrypted();
    assertThat(key).endsWith(".gpg");
    assertThat(store.resolve(key))
        .satisfies(
            file ->
                assertThat(file).content(StandardCharsets.ISO_8859_1).doesNotContain("/registry/"));

    assertThat(withKey("verify", key).out()).contains(": ok, ");
    assertThat(withKey("verify", "--all").out()).startsWith("ok ");
    assertThat(withKey("status", key).code()).isEqualTo(0);
    assertThat(withKey("inspect", key).out()).startsWith("revision: 230\n");
    assertThat(withKey("latest", "p", "--verified").out()).isEqualTo(key + "\n");
    Path back = directory.resolve("back.db");
    assertThat(withKey("get", key, "--to", back.toString()).code()).isEqualTo(0);
    assertThat(back).hasSameBinaryContentAs(snapshot);
    assertThat(withKey("restore", key, "--data-dir", directory + "/data").err()).isEmpty();
    assertThat(directory.resolve("data/member/snap/db")).isNotEmptyFile();
  }

  @Test
  void withoutTheKeyNothingIsReadAndTheMessageSaysWhatToGive() {
    String key = createEncrypted();

    for (String command : List.of("verify", "status", "inspect", "restore")) {
      Cli run = run(command, key);
      assertThat(run.code()).as(command).isEqualTo(2);
      assertThat(run.err()).contains("is encrypted; give --decrypt-with KEYFILE");
    }
    assertThat(run("verify", "--all").out()).startsWith("skipped " + key);
    assertThat(run("list", "p").out()).contains(key.substring(2));
  }

  @Test
  void modifiedBackupIsRefusedBeforeAnythingIsWritten() throws IOException {
    String key = createEncrypted();
    Path file = store.resolve(key);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThat(withKey("verify", key).code()).isEqualTo(5);
    assertThat(withKey("restore", key, "--data-dir", directory + "/data").code()).isEqualTo(5);
    assertThat(directory.resolve("data")).doesNotExist();
    assertThat(withKey("get", key, "--to", directory + "/back.db").code()).isEqualTo(5);
    assertThat(directory.resolve("back.db")).doesNotExist();
  }

  @Test
  void recipientsAreListedWithoutAKey() throws IOException {
    String key = createEncrypted();

    assertThat(run("recipients", key)).isEqualTo(new Cli(0, SUBKEY + "\n", ""));
    JsonNode json = new JsonMapper().readTree(run("recipients", key, "-o", "json").out());
    assertThat(json.get("recipients").get(0).asText()).isEqualTo(SUBKEY);
    assertThat(run("recipients", "p/x").code()).isEqualTo(2);
  }

  @Test
  void rewrapStoresUnderANewNameAndDeletesNothing() {
    String key = createEncrypted();

    Cli run = withKey("rewrap", "p", "--encrypt-to", publicKey);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith(key + " -> p/etcd.backup_v230_");
    String copy = run.out().strip().substring(key.length() + 4);
    assertThat(withKey("verify", copy).code()).isEqualTo(0);
    assertThat(store.resolve(key)).exists();
    assertThat(run("rewrap", "p", "--encrypt-to", publicKey).err())
        .contains("rewrap needs --decrypt-with KEYFILE");
  }

  @Test
  void signatureIsRequiredBeforeAnythingIsWritten() throws IOException {
    Cli created =
        run(
            "create",
            "p",
            "--from-file",
            snapshot.toString(),
            "--encrypt-to",
            publicKey,
            "--sign-with",
            privateKey,
            "--passphrase-file",
            passphrase);
    assertThat(created.err()).isEmpty();
    String signed = created.out().strip();
    String data = directory + "/data";

    assertThat(withKey("verify", signed, "--signed-by", publicKey).code()).isEqualTo(0);
    assertThat(
            withKey("restore", signed, "--data-dir", data, "--require-signature", publicKey).err())
        .isEmpty();
    assertThat(run("list", "p").out().lines()).hasSize(1);

    String other = signed.replace("p/", "q/");
    Files.createDirectories(store.resolve("q"));
    Files.copy(store.resolve(signed), store.resolve(other));
    Cli unsigned = withKey("verify", other, "--signed-by", publicKey);
    assertThat(unsigned.code()).isEqualTo(5);
    assertThat(unsigned.out()).contains("is not signed: there is no q/.etcd-backup/signatures/");
    Path signatures = Files.createDirectories(store.resolve("q/.etcd-backup/signatures"));
    Files.copy(
        store.resolve("p/.etcd-backup/signatures/" + signed.substring(2) + ".asc"),
        signatures.resolve(signed.substring(2) + ".asc"));
    Cli moved = withKey("restore", other, "--data-dir", data + 2, "--require-signature", publicKey);
    assertThat(moved.code()).isEqualTo(5);
    assertThat(moved.err()).contains("is not signed by [");
    assertThat(directory.resolve("data2")).doesNotExist();
    assertThat(run("verify", snapshot.toString(), "--signed-by", publicKey).code()).isEqualTo(2);
  }

  /** A zip is unpacked although its name does not say so, and ends with a directory of its own. */
  @Test
  void whatTookThePlaceOfASignedBackupIsRefusedAsAnArchiveToo() throws IOException {
    Cli created =
        run(
            "create",
            "p",
            "--from-file",
            snapshot.toString(),
            "--sign-with",
            privateKey,
            "--passphrase-file",
            passphrase);
    String signed = created.out().strip();
    assertThat(run("verify", signed, "--signed-by", publicKey).code()).isEqualTo(0);
    byte[] bytes = Files.readAllBytes(store.resolve(signed));
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(store.resolve(signed)))) {
      zip.putNextEntry(new ZipEntry("snapshot.db"));
      zip.write(bytes);
    }

    assertThat(run("verify", signed).code()).isEqualTo(0);
    Cli verified = run("verify", signed, "--signed-by", publicKey);
    assertThat(verified.code()).isEqualTo(5);
    assertThat(verified.out()).contains("is not signed by [");
    Path data = directory.resolve("data");
    Cli restored =
        run("restore", signed, "--data-dir", data.toString(), "--require-signature", publicKey);
    assertThat(restored.code()).isEqualTo(5);
    assertThat(restored.err()).contains("is not signed by [");
    assertThat(data).doesNotExist();
    Cli preflight = run("restore", signed, "--preflight", "--require-signature", publicKey);
    assertThat(preflight.code()).isEqualTo(5);
    assertThat(preflight.err()).contains("is not signed by [");
    assertThat(preflight.out()).isEmpty();
  }

  @Test
  void wrongKeysAndPassphrasesAreUsageErrors() throws IOException {
    String key = createEncrypted();
    String wrong = Files.writeString(directory.resolve("wrong"), "open  sesame").toString();

    assertUsage(
        "--decrypt-with: the passphrase does not open the key",
        "verify",
        key,
        "--decrypt-with",
        privateKey,
        "--passphrase-file",
        wrong);
    assertUsage(
        "and none is given; give --passphrase-file", "verify", key, "--decrypt-with", privateKey);
    assertUsage(
        "none cannot be read",
        "verify",
        key,
        "--decrypt-with",
        directory + "/none",
        "--passphrase-file",
        passphrase);
    assertUsage(
        "public.asc holds something else than a private key",
        "verify",
        key,
        "--decrypt-with",
        publicKey);
    assertUsage(
        "private.asc holds something else than a public key",
        "create",
        "p",
        "--from-file",
        snapshot.toString(),
        "--encrypt-to",
        privateKey);
    assertUsage(
        "--name and --encrypt-to exclude each other",
        "create",
        "p",
        "--from-file",
        snapshot.toString(),
        "--name",
        "x",
        "--encrypt-to",
        publicKey);
  }

  @Test
  void aPublicKeyThatCannotBeReadIsToldBeforeTheBackupIsSought() {
    String none = directory + "/none";
    String missing = "p/etcd.backup_v1_2020-01-30-20:44:41";
    assertUsage("--signed-by: " + none + " cannot be read", "verify", missing, "--signed-by", none);
    assertUsage(
        "--require-signature: " + none + " cannot be read",
        "restore",
        missing,
        "--data-dir",
        directory + "/data",
        "--require-signature",
        none);
  }

  private void assertUsage(String message, String... arguments) {
    Cli run = run(arguments);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message).hasLineCount(1);
  }
}
