package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.PrivateKeys;
import dev.etcdbackup.openpgp.RecipientKeys;
import dev.etcdbackup.openpgp.SignedBackupStore;
import dev.etcdbackup.openpgp.SignerKeys;
import dev.etcdbackup.openpgp.SigningKey;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The part of {@link CanaryRun} that has a private key of OpenPGP and its passphrase. */
final class CanaryOpenPgpRun {
  static final String WRONG_PASSPHRASE = "canary-wrong-passphrase";

  private final Path directory;

  CanaryOpenPgpRun(Path directory) {
    this.directory = directory;
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  /** The tool, with the right passphrase, none, another, and keys where they do not belong. */
  void commands(List<String> both) {
    List<String> key = new ArrayList<>(both);
    key.add("--decrypt-with=" + file("private.asc"));
    key.add("--passphrase-file=" + file("passphrase"));
    CanaryRun.run(
        both,
        "create",
        "o",
        "--compress=zstd",
        "--encrypt-to=" + file("public.asc"),
        "--sign-with=" + file("private.asc"),
        "--passphrase-file=" + file("passphrase"));
    String name = CanaryRun.run(both, "latest", "o").out().strip();
    CanaryRun.run(key, "verify", name, "--signed-by=" + file("public.asc"));
    CanaryRun.run(key, "inspect", name);
    CanaryRun.run(key, "recipients", name);
    CanaryRun.run(key, "drill", name);
    CanaryRun.run(key, "rewrap", "o", "--encrypt-to=" + file("public.asc"));
    CanaryRun.run(key, "plan", "s", "--config=" + file("config.yaml"));
    CanaryRun.run(key, "verify", name, "--signed-by=" + file("private.asc"));
    CanaryRun.run(both, "verify", name);
    CanaryRun.run(both, "verify", name, "--decrypt-with=" + file("private.asc"));
    for (String wrong : List.of("wrong-passphrase", "private.asc", "none")) {
      CanaryRun.run(
          both,
          "verify",
          name,
          "--decrypt-with=" + file("private.asc"),
          "--passphrase-file=" + file(wrong));
    }
    CanaryRun.run(
        both,
        "verify",
        name,
        "--decrypt-with=" + file("passphrase"),
        "--passphrase-file=" + file("passphrase"));
    CanaryRun.run(both, "create", "o", "--encrypt-to=" + file("private.asc"));
    CanaryRun.run(both, "create", "o", "--sign-with=" + file("private.asc"));
    CanaryRun.run(both, "list", "--passphrase=" + WRONG_PASSPHRASE);
  }

  /** The library likewise, and its settings as text. */
  void library() throws Exception {
    Path privateKey = directory.resolve("private.asc");
    List<Path> publicKey = List.of(directory.resolve("public.asc"));
    CanaryRun.attempt(() -> PrivateKeys.read(privateKey, null));
    CanaryRun.attempt(
        () -> PrivateKeys.read(privateKey, Passphrase.of(WRONG_PASSPHRASE.toCharArray())));
    CanaryRun.attempt(
        () -> SigningKey.read(privateKey, Passphrase.of(WRONG_PASSPHRASE.toCharArray())));
    CanaryRun.attempt(() -> PrivateKeys.read(directory.resolve("passphrase"), null));
    try (Passphrase passphrase = Passphrase.read(directory.resolve("passphrase"))) {
      PrivateKeys keys = PrivateKeys.read(privateKey, passphrase);
      SigningKey signing = SigningKey.read(privateKey, passphrase);
      RecipientKeys recipients = RecipientKeys.read(publicKey);
      InMemoryBackupStore store = new InMemoryBackupStore();
      OpenPgpEncoding encoding =
          OpenPgpEncoding.builder().encryptTo(recipients).decryptWith(keys).build();
      CanaryRun.attempt(() -> SignedBackupStore.signing(store, signing).list(""));
      for (Object setting :
          List.of(
              passphrase,
              keys,
              signing,
              recipients,
              encoding,
              OpenPgpEncoding.builder().decryptWith(keys),
              SignerKeys.read(publicKey),
              SignedBackupStore.signing(store, signing),
              BackupKey.of("o", "x"))) {
        System.out.println("canary: " + setting.getClass().getSimpleName() + " is shown as");
        System.out.println(setting);
      }
    }
  }

  /** Writes the files that both runs read. */
  static OpenPgpFiles write(Path directory) throws Exception {
    Files.writeString(directory.resolve("wrong-passphrase"), WRONG_PASSPHRASE);
    return OpenPgpFiles.in(directory);
  }
}
