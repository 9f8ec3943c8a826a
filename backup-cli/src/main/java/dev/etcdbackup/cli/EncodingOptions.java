package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.cli.config.SigningFiles;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.PrivateKeys;
import dev.etcdbackup.openpgp.RecipientKeys;
import dev.etcdbackup.openpgp.SignedBackupStore;
import dev.etcdbackup.openpgp.SignerKeys;
import dev.etcdbackup.openpgp.SigningKey;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.tarball.Archives;
import dev.etcdbackup.tarball.Tarball;
import dev.etcdbackup.zstd.Zstandard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** With which encodings and keys backups are read and written. */
final class EncodingOptions {
  /** The names of all of them. */
  static final Set<String> NAMES = Set.of("--decrypt-with", "--passphrase-file");

  private static final String ENCRYPT_TO = "encrypt to";
  private static final String PASSPHRASE_OPTION = "--passphrase-file";

  @Option(
      names = "--decrypt-with",
      scope = ScopeType.INHERIT,
      paramLabel = "KEYFILE",
      description =
          "Read encrypted backups with the OpenPGP private keys in KEYFILE, as 'gpg"
              + " --export-secret-keys' writes them.")
  private @Nullable Path privateKeys;

  @Option(
      names = PASSPHRASE_OPTION,
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "The passphrase of the private keys: the content of FILE without one line end at"
              + " its end.")
  private @Nullable Path passphrase;

  /** Reads something with the passphrase, or null when there is none. */
  @FunctionalInterface
  private interface WithPassphrase<T> {
    T read(@Nullable Passphrase passphrase) throws IOException;
  }

  /**
   * Returns the encodings that the tool reads.
   *
   * @throws UsageException when an option names something that cannot be used
   */
  BackupEncodings reading() throws UsageException {
    OpenPgpEncoding.Builder openPgp = OpenPgpEncoding.builder();
    if (privateKeys != null) {
      openPgp.decryptWith(keys());
    }
    return BackupEncodings.of(new Tarball(), new Zstandard(), openPgp.build());
  }

  /**
   * Returns what unpacks backups and files that are archives although their names do not say so.
   *
   * @throws UsageException when an option names something that cannot be used
   */
  ReadOptions.Unpacking unpacking() throws UsageException {
    return new Archives(reading())::unpack;
  }

  /**
   * Returns the encodings with which backups are written that are to be encoded like this.
   *
   * @param config how to compress, and to whom to encrypt
   * @throws UsageException when a file holds no key that can be encrypted to
   */
  static BackupEncodings writing(EncodingConfig config) throws UsageException {
    Zstandard any = new Zstandard();
    Zstandard zstd = config.zstdLevel().map(any::withLevel).orElse(any);
    return config.encryptTo().isEmpty()
        ? BackupEncodings.of(new Tarball(), zstd)
        : BackupEncodings.of(
            new Tarball(),
            zstd,
            OpenPgpEncoding.builder().encryptTo(recipients(config.encryptTo())).build());
  }

  /**
   * The same, and what they are read with.
   *
   * @param config how to compress, and to whom to encrypt
   */
  BackupEncodings readingAndWriting(EncodingConfig config) throws UsageException {
    if (privateKeys == null) {
      return writing(config);
    }
    Zstandard any = new Zstandard();
    OpenPgpEncoding.Builder openPgp = OpenPgpEncoding.builder().decryptWith(keys());
    if (!config.encryptTo().isEmpty()) {
      openPgp.encryptTo(recipients(config.encryptTo()));
    }
    return BackupEncodings.of(
        new Tarball(), config.zstdLevel().map(any::withLevel).orElse(any), openPgp.build());
  }

  /** The encoding that gives encrypted backups other recipients. */
  OpenPgpEncoding rewrapping(List<Path> publicKeys) throws UsageException {
    if (privateKeys == null) {
      throw new UsageException(
          "rewrap needs --decrypt-with KEYFILE, a private key that decrypts the backups");
    }
    return OpenPgpEncoding.builder().decryptWith(keys()).encryptTo(recipients(publicKeys)).build();
  }

  /** Whether a private key was given. */
  boolean canDecrypt() {
    return privateKeys != null;
  }

  /** The store that signs what is put into it. */
  BackupStore signing(BackupStore store, Path key) throws UsageException {
    return SignedBackupStore.signing(
        store, signingKey("--sign-with", PASSPHRASE_OPTION, key, passphrase));
  }

  /** The store that signs the backups of the clusters whose configuration names a key. */
  static BackupStore signing(BackupStore store, BackupConfig config) throws UsageException {
    Map<String, SigningKey> keys = new HashMap<>();
    for (ClusterConfig cluster : config.clusters()) {
      Optional<SigningKey> key = signingKey(cluster);
      key.ifPresent(one -> keys.put(cluster.project(), one));
    }
    return keys.isEmpty() ? store : SignedBackupStore.signing(store, keys);
  }

  /** The store that opens only what the key of a cluster signed, if its backups are signed. */
  static BackupStore openingSigned(BackupStore store, ClusterConfig cluster) throws UsageException {
    Optional<SigningKey> key = signingKey(cluster);
    return key.isPresent() ? SignedBackupStore.requiring(store, key.get().signers()) : store;
  }

  /** The key that signs the backups of a cluster; empty when they are not signed. */
  static Optional<SigningKey> signingKey(ClusterConfig cluster) throws UsageException {
    Optional<SigningFiles> files = cluster.encoding().signWith();
    if (files.isEmpty()) {
      return Optional.empty();
    }
    String of = "cluster '" + cluster.project() + "': ";
    return Optional.of(
        signingKey(
            of + "signWith",
            of + "passphraseFile",
            files.get().key(),
            files.get().passphrase().orElse(null)));
  }

  private static SigningKey signingKey(
      String option, String passphraseOption, Path key, @Nullable Path passphrase)
      throws UsageException {
    return read(option, key, passphraseOption, passphrase, secret -> SigningKey.read(key, secret));
  }

  /** The store that opens only what one of the keys signed. */
  static BackupStore requiringSignature(BackupStore store, String option, Path publicKey)
      throws UsageException {
    try {
      return SignedBackupStore.requiring(store, SignerKeys.read(List.of(publicKey)));
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage());
    } catch (IOException e) {
      throw unreadable(option, publicKey);
    }
  }

  private PrivateKeys keys() throws UsageException {
    Path file = Objects.requireNonNull(privateKeys);
    return read(
        "--decrypt-with",
        file,
        PASSPHRASE_OPTION,
        passphrase,
        secret -> PrivateKeys.read(file, secret));
  }

  private static RecipientKeys recipients(List<Path> publicKeys) throws UsageException {
    for (Path file : publicKeys) {
      if (!Files.isReadable(file) || Files.isDirectory(file)) {
        throw unreadable(ENCRYPT_TO, file);
      }
    }
    try {
      return RecipientKeys.read(publicKeys);
    } catch (IllegalArgumentException | IOException e) {
      throw new UsageException(ENCRYPT_TO + ": " + e.getMessage());
    }
  }

  private static <T> T read(
      String option,
      Path file,
      String passphraseOption,
      @Nullable Path passphrase,
      WithPassphrase<T> reader)
      throws UsageException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw unreadable(option, file);
    }
    try (Passphrase secret = passphrase(passphraseOption, passphrase)) {
      return reader.read(secret);
    } catch (IllegalArgumentException e) {
      String hint =
          passphrase == null && String.valueOf(e.getMessage()).contains("passphrase")
              ? "; give " + passphraseOption.replaceFirst(".*: ", "")
              : "";
      throw new UsageException(option + ": " + e.getMessage() + hint);
    } catch (IOException e) {
      throw unreadable(option, file);
    }
  }

  private static @Nullable Passphrase passphrase(String option, @Nullable Path file)
      throws UsageException {
    if (file == null) {
      return null;
    }
    try {
      return Passphrase.read(file);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage());
    } catch (IOException e) {
      throw unreadable(option, file);
    }
  }

  private static UsageException unreadable(String option, Path file) {
    return new UsageException(option + ": " + file + " cannot be read");
  }
}
