package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A set of encodings, from which the suffixes of a backup's name select those that are applied or
 * decoded. A name without suffixes needs none.
 *
 * <p>Immutable and thread-safe.
 */
public final class BackupEncodings {
  /** A name of each kind that can be encoded, as yet without a suffix. */
  private static final List<String> NAMES =
      List.of("etcd.backup_v0_1970-01-01-00:00:00", "etcd-backup-1970-01-01-00-00-00");

  private static final BackupEncodings NONE = new BackupEncodings(Map.of());

  private final Map<String, BackupEncoding> bySuffix;

  private BackupEncodings(Map<String, BackupEncoding> bySuffix) {
    this.bySuffix = bySuffix;
  }

  /**
   * Returns a set without encodings, with which only backups without a suffix can be written and
   * read.
   *
   * @return the empty set
   */
  public static BackupEncodings none() {
    return NONE;
  }

  /**
   * Returns a set of encodings whose suffixes differ.
   *
   * @param encodings the encodings, in any order
   * @return the set
   * @throws IllegalArgumentException when two have the same suffix, or one has a suffix that no
   *     {@link BackupName} has, with which it would never be used
   */
  public static BackupEncodings of(BackupEncoding... encodings) {
    Map<String, BackupEncoding> bySuffix = new LinkedHashMap<>();
    for (BackupEncoding encoding : encodings) {
      requireKnown(encoding.suffix());
      if (bySuffix.put(encoding.suffix(), encoding) != null) {
        throw new IllegalArgumentException(
            "encodings must differ in their suffixes, but two have " + encoding.suffix());
      }
    }
    return new BackupEncodings(bySuffix);
  }

  private static void requireKnown(String suffix) {
    List<String> itAlone = List.of(suffix);
    if (NAMES.stream().noneMatch(name -> encodings(name + suffix).equals(itAlone))) {
      throw new IllegalArgumentException(
          "encodings must have the suffix .zst, .gpg or .tar.gz, which names of backups can have,"
              + " not '"
              + suffix
              + "'");
    }
  }

  private static List<String> encodings(String name) {
    return BackupName.parse(name).encodings();
  }

  /**
   * Returns the reason why a backup cannot be decoded.
   *
   * @param name the name of a backup
   * @return {@code it is encrypted with OpenPGP} or {@code the encoding for .SUFFIX is missing};
   *     empty when every encoding of the name is in this set and {@linkplain
   *     BackupEncoding#canDecode can decode}
   */
  public Optional<String> missing(BackupName name) {
    return firstSuffix(name, suffix -> !canDecode(suffix))
        .map(
            suffix ->
                suffix.equals(".gpg")
                    ? "it is encrypted with OpenPGP"
                    : "the encoding for " + suffix + " is missing");
  }

  /** The first suffix, in the order of decoding, that has a property. */
  private static Optional<String> firstSuffix(BackupName name, Predicate<String> property) {
    List<String> suffixes = name.encodings();
    for (int i = suffixes.size() - 1; i >= 0; i--) {
      if (property.test(suffixes.get(i))) {
        return Optional.of(suffixes.get(i));
      }
    }
    return Optional.empty();
  }

  private boolean canDecode(String suffix) {
    @Nullable BackupEncoding encoding = bySuffix.get(suffix);
    return encoding != null && encoding.canDecode();
  }

  /**
   * Checks that every encoding that a name needs is in this set.
   *
   * @param name the name of a backup
   * @throws IllegalArgumentException when one is missing; the message names the backup, the suffix
   *     and what to do
   */
  public void require(BackupName name) {
    Optional<String> missing = firstSuffix(name, suffix -> !bySuffix.containsKey(suffix));
    if (missing.isPresent()) {
      throw new IllegalArgumentException(
          name
              + (missing.get().equals(".gpg")
                  ? " is encrypted with OpenPGP; download it as it is stored and decrypt it with gpg"
                  : " needs the encoding for "
                      + missing.get()
                      + "; give it to the builder with encodings(...)"));
    }
  }

  /**
   * Encodes a snapshot as the suffixes of its name specify, from the first suffix to the last.
   *
   * @param snapshot the snapshot. Its expected size, when present, must be exact
   * @param name the name under which it will be stored
   * @return the content to store. When the number of encoded bytes is not known in advance, its
   *     expected size is the size of the snapshot, as an estimate
   * @throws IllegalArgumentException when an encoding is missing or cannot be applied
   * @throws BackupException when encoding cannot start
   */
  public Content encode(Content snapshot, BackupName name) throws BackupException {
    require(name);
    Content content = snapshot;
    for (String suffix : name.encodings()) {
      content = get(suffix).encode(content, name);
    }
    return content.expectedSize().isPresent()
        ? content
        : new Content(content.stream(), snapshot.expectedSize());
  }

  /**
   * Decodes a stored backup as the suffixes of its name specify, from the last suffix to the first.
   *
   * @param stored the stored bytes from their beginning; closing the result closes them, and this
   *     method closes them when it throws
   * @param name the name of the backup
   * @return the snapshot
   * @throws IllegalArgumentException when an encoding is missing
   * @throws CorruptBackupException when the bytes are not in the encodings of the name
   * @throws BackupException when decoding cannot start
   */
  public InputStream decode(InputStream stored, BackupName name) throws BackupException {
    InputStream decoded = Objects.requireNonNull(stored, "stored");
    try {
      require(name);
      List<String> suffixes = name.encodings();
      for (int i = suffixes.size() - 1; i >= 0; i--) {
        decoded = get(suffixes.get(i)).decode(decoded, name);
      }
      return decoded;
    } catch (BackupException | RuntimeException | LinkageError e) { // the last: its library
      try {
        decoded.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /**
   * Returns random access to the snapshot in a stored backup, if all encodings of its name allow
   * that.
   *
   * @param stored the stored bytes
   * @param name the name of the backup
   * @return the snapshot; empty when it can only be decoded from the beginning; {@code stored}
   *     itself when the name has no suffixes
   * @throws IllegalArgumentException when an encoding is missing
   * @throws CorruptBackupException when the bytes are not in the encodings of the name
   * @throws BackupException when the stored bytes cannot be read
   */
  public Optional<ByteRanges> decodeRanges(ByteRanges stored, BackupName name)
      throws BackupException {
    require(name);
    Optional<ByteRanges> ranges = Optional.of(stored);
    List<String> suffixes = name.encodings();
    for (int i = suffixes.size() - 1; i >= 0 && ranges.isPresent(); i--) {
      ranges = get(suffixes.get(i)).decodeRanges(ranges.get(), name);
    }
    return ranges;
  }

  /**
   * Returns to whom a backup is encrypted, and which private keys of these encodings may decrypt
   * it. Reads only the beginning and decrypts nothing.
   *
   * @param stored the stored bytes, or at least the first 256 KiB of them; not closed
   * @param name the name of the backup
   * @return the recipients; empty when the last encoding of the name does not encrypt or is not in
   *     this set
   * @throws CorruptBackupException when the bytes are not in the last encoding of the name
   * @throws IOException the exception of {@code stored}
   */
  public Optional<Recipients> encryptedTo(InputStream stored, BackupName name) throws IOException {
    Objects.requireNonNull(stored, "stored");
    Optional<String> last = firstSuffix(name, suffix -> true);
    if (last.isEmpty() || !bySuffix.containsKey(last.get())) {
      return Optional.empty();
    }
    return get(last.get()).encryptedTo(stored, name);
  }

  private BackupEncoding get(String suffix) {
    @Nullable BackupEncoding encoding = bySuffix.get(suffix);
    if (encoding == null) {
      throw new IllegalStateException("the encoding for " + suffix + " was not checked before use");
    }
    return encoding;
  }
}
