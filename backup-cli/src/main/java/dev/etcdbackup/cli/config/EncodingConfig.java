package dev.etcdbackup.cli.config;

import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.zstd.Zstandard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is done to the backups of a cluster on their way to the store, and how they are signed.
 *
 * @param zstdLevel the level of compression with zstd; empty when they are not compressed
 * @param encryptTo the files with the OpenPGP public keys that they are encrypted to; empty when
 *     they are not encrypted
 * @param signWith with which key they are signed; empty when they are not
 */
public record EncodingConfig(
    Optional<Integer> zstdLevel, List<Path> encryptTo, Optional<SigningFiles> signWith) {
  /** Nothing: snapshots are stored as they are, and not signed. */
  public static final EncodingConfig NONE =
      new EncodingConfig(Optional.empty(), List.of(), Optional.empty());

  private static final String ZSTD = "zstd";

  /** Copies the list. */
  public EncodingConfig {
    encryptTo = List.copyOf(encryptTo);
  }

  /**
   * Returns the same with encryption.
   *
   * @param publicKeys the files with the public keys; empty for no encryption
   * @return this compression and signature, and that encryption
   */
  public EncodingConfig encryptingTo(List<Path> publicKeys) {
    return new EncodingConfig(zstdLevel, publicKeys, signWith);
  }

  /**
   * Returns the same without compression.
   *
   * @return this encryption and signature
   */
  public EncodingConfig uncompressed() {
    return new EncodingConfig(Optional.empty(), encryptTo, signWith);
  }

  /**
   * Parses a compression.
   *
   * @param text {@code zstd} or {@code zstd:LEVEL}
   * @return compression with the level, by default 1
   * @throws IllegalArgumentException when the text is anything else
   */
  public static EncodingConfig compress(String text) {
    if (text.equals(ZSTD)) {
      return compressed(Zstandard.DEFAULT_LEVEL);
    }
    if (!text.startsWith(ZSTD + ":")) {
      throw new IllegalArgumentException("must be zstd or zstd:LEVEL, not '" + text + "'");
    }
    return compressed(level(text.substring(ZSTD.length() + 1)));
  }

  private static EncodingConfig compressed(int level) {
    return new EncodingConfig(Optional.of(level), List.of(), Optional.empty());
  }

  /**
   * Parses a level of compression.
   *
   * @param text a number, 1 to 19
   * @return the level
   * @throws IllegalArgumentException when it is not
   */
  public static int level(String text) {
    if (text.matches("[1-9]|1[0-9]")) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(
        "level must be 1 to " + Zstandard.MAX_LEVEL + ", not '" + text + "'");
  }

  /**
   * Appends the suffixes of these encodings to names.
   *
   * @param naming the naming of plain backups
   * @return the naming of the encoded ones
   * @throws IllegalArgumentException when such names cannot have these encodings
   */
  public NamingStrategy applyTo(NamingStrategy naming) {
    return naming.withEncodings(suffixes().toArray(String[]::new));
  }

  /**
   * The suffixes of the names, in the order in which the encodings are applied.
   *
   * @return the suffixes; empty for {@link #NONE}
   */
  public List<String> suffixes() {
    List<String> suffixes = new ArrayList<>();
    if (zstdLevel.isPresent()) {
      suffixes.add(new Zstandard().suffix());
    }
    if (!encryptTo.isEmpty()) {
      suffixes.add(OpenPgpEncoding.SUFFIX);
    }
    return suffixes;
  }
}
