package dev.etcdbackup.openpgp;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store that signs the backups that are put into it, or one that returns only backups that are
 * signed.
 *
 * <p>The signature of the backup {@code PROJECT/NAME} is the object {@code
 * PROJECT/.etcd-backup/signatures/NAME.asc}: an OpenPGP detached signature, in ASCII armour, of
 * this text, in UTF-8 with a line feed after each line:
 *
 * <pre>
 * etcd-backup signature 1
 * project: PROJECT
 * name: NAME
 * size: the number of stored bytes, decimal
 * sha256: the SHA-256 of the stored bytes, in lower-case hex
 * </pre>
 *
 * <p>So it does not fit a backup of another project or an older one under a newer name. It never
 * decides whether a backup exists. Deleting a backup does not delete its signature.
 *
 * <p>As thread-safe as the store below, which it does not close.
 */
public final class SignedBackupStore implements BackupStore {
  private static final String DIRECTORY = BackupKey.RESERVED + "/signatures/";
  private static final String SUFFIX = ".asc";
  private static final int MAX_SIGNATURE_BYTES = 64 * 1024;

  private final BackupStore store;
  private final Function<String, @Nullable SigningKey> signingKeys; // by project
  private final @Nullable SignerKeys signers;

  private SignedBackupStore(
      BackupStore store,
      Function<String, @Nullable SigningKey> signingKeys,
      @Nullable SignerKeys signers) {
    this.store = Objects.requireNonNull(store, "store");
    this.signingKeys = signingKeys;
    this.signers = signers;
  }

  /**
   * Returns a store that signs every backup. The signature is stored when the content has been read
   * to its end, before the backup is committed, so that there is no backup without one, whatever
   * fails or is killed in between. When it cannot be stored, {@link #put} throws a {@link
   * StoreException} and stores no backup, and a {@link KeyUnavailableException} when the signing
   * key has expired.
   *
   * <p>{@code put} throws {@link IllegalArgumentException} when the key of the signature would not
   * be writable, which is longer than that of the backup: the last segment of a name may have 251
   * bytes, and the key of the backup 996.
   *
   * <p>A signature that is there already, of a backup that was deleted or of another put of the
   * same name, is replaced after the commit, for then the name is this backup's. When that fails,
   * {@code put} throws a {@link StoreException} with {@link StoreException#outcomeUnknown()}: the
   * backup is stored and its signature is not.
   *
   * @param store where backups and signatures are
   * @param key the key that signs
   * @return the store
   */
  public static SignedBackupStore signing(BackupStore store, SigningKey key) {
    Objects.requireNonNull(key, "key");
    return new SignedBackupStore(store, project -> key, null);
  }

  /**
   * Returns a store that signs the backups of some projects, each with a key of its own, as {@link
   * #signing(BackupStore, SigningKey)} does.
   *
   * @param store where backups and signatures are
   * @param keys the key of each project; the backups of other projects are not signed
   * @return the store
   */
  public static SignedBackupStore signing(BackupStore store, Map<String, SigningKey> keys) {
    return new SignedBackupStore(store, Map.copyOf(keys)::get, null);
  }

  /**
   * Returns a store that opens only backups that are signed. {@link #open} reads the signature and
   * throws {@link CorruptBackupException} when there is none, or the name is one that cannot be
   * signed; the stream that it returns reports its end only when the signature fits the bytes that
   * were read, and else throws {@link CorruptBackupException}. Only whole backups can be opened.
   * Objects that are no backups are returned as they are.
   *
   * @param store where backups and signatures are
   * @param signers the keys whose signatures are accepted
   * @return the store
   */
  public static SignedBackupStore requiring(BackupStore store, SignerKeys signers) {
    return new SignedBackupStore(
        store, project -> null, Objects.requireNonNull(signers, "signers"));
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    @Nullable SigningKey signingKey = signingKeys.apply(key.project());
    if (signingKey == null || key.isReserved()) {
      return store.put(key, content);
    }
    signingKey.requireUsable(); // before the snapshot is received
    Signing signing = new Signing(key, signingKey, content.stream());
    StoredBackup stored = store.put(key, new Content(signing, content.expectedSize()));
    if (!signing.isStored) {
      replace(key, Objects.requireNonNull(signing.signature, "the content was read to its end"));
    }
    return stored;
  }

  /** Signs a content, and stores the signature before the end of the content is reported. */
  private final class Signing extends HashingInputStream {
    private final BackupKey key;
    private final SigningKey signingKey;
    private byte @Nullable [] signature;
    private boolean isStored;

    Signing(BackupKey key, SigningKey signingKey, InputStream content) {
      super(content);
      this.key = key;
      this.signingKey = signingKey;
      signatureKey(key);
      statement(key, 0, ""); // refuses a name that cannot be signed
    }

    @Override
    void ended(long count, String sha256) throws BackupException {
      signature = signingKey.sign(statement(key, count, sha256));
      try {
        storeSignature(key, signature);
        isStored = true;
      } catch (BackupExistsException e) {
        // Replaced when the backup is stored: it may be of one that is just being stored.
      } catch (StoreException e) {
        throw new StoreException(
            key + " is not stored, because its signature cannot be stored: " + e.getMessage(), e);
      }
    }
  }

  private void storeSignature(BackupKey key, byte[] signature) throws BackupException {
    store.put(signatureKey(key), Content.of(new ByteArrayInputStream(signature), signature.length));
  }

  private void replace(BackupKey key, byte[] signature) throws BackupException {
    try {
      store.delete(List.of(signatureKey(key)));
      storeSignature(key, signature);
    } catch (BackupException e) {
      throw new StoreException(
          key
              + " is stored and verified, but its signature is not: "
              + e.getMessage()
              + "; delete this backup or keep it unsigned, and take another",
          e,
          true);
    }
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    return store.list(project);
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    return store.find(key);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    BackupKey key = backup.key();
    if (signers == null || key.isReserved()) {
      return store.open(backup, offset, length);
    }
    if (offset != 0 || length != backup.size()) {
      throw new StoreException(
          key + " is read in parts, and its signature can be verified only when all of it is read",
          null);
    }
    requireSignable(key);
    byte[] signature = signature(key);
    InputStream opened = store.open(backup, offset, length);
    return new HashingInputStream(opened) {
      @Override
      void ended(long count, String sha256) throws CorruptBackupException {
        if (!signers.signed(statement(key, count, sha256), signature)) {
          throw new CorruptBackupException(
              key
                  + " is not signed by "
                  + signers
                  + ": its signature is of another key, or of other bytes, or of a backup of"
                  + " another name or project");
        }
      }
    };
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    return store.delete(keys);
  }

  private byte[] signature(BackupKey key) throws BackupException {
    BackupKey signatureKey = signatureKey(key);
    Optional<StoredBackup> stored = store.find(signatureKey);
    if (stored.isEmpty()) {
      throw new CorruptBackupException(key + " is not signed: there is no " + signatureKey);
    }
    if (stored.get().size() > MAX_SIGNATURE_BYTES) {
      throw new CorruptBackupException(signatureKey + " is too large to be a signature");
    }
    try (InputStream in = store.open(stored.get(), 0, stored.get().size())) {
      return in.readNBytes(MAX_SIGNATURE_BYTES);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(signatureKey + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Other programs may have stored what this library would not write, and so not sign. */
  private static void requireSignable(BackupKey key) throws CorruptBackupException {
    try {
      signatureKey(key);
      statement(key, 0, "");
    } catch (IllegalArgumentException e) {
      throw new CorruptBackupException(key + " is not signed: " + e.getMessage(), e);
    }
  }

  private static BackupKey signatureKey(BackupKey key) {
    return BackupKey.of(key.project(), DIRECTORY + key.name() + SUFFIX);
  }

  /** The text that is signed. */
  static byte[] statement(BackupKey key, long size, String sha256) {
    if (key.toString().codePoints().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a name with control characters cannot be signed: " + key);
    }
    String text =
        "etcd-backup signature 1\n"
            + "project: "
            + key.project()
            + "\nname: "
            + key.name()
            + "\nsize: "
            + size
            + "\nsha256: "
            + sha256
            + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return store.toString();
  }
}
