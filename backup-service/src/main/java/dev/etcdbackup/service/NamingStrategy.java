package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Series;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A strategy that names new backups, which determines their kind and encodings.
 *
 * <p>Immutable and thread-safe.
 */
public final class NamingStrategy {
  private static final NamingStrategy PERIODIC = periodic("etcd.backup");
  private static final NamingStrategy TARBALL =
      new NamingStrategy(BackupKind.TARBALL, "", List.of());

  private final BackupKind kind;
  private final String text; // the prefix of periodic names, the whole of a manual one
  private final List<String>
      added; // the suffixes of added encodings, without the .tar.gz of tarballs

  private NamingStrategy(BackupKind kind, String text, List<String> added) {
    this.kind = kind;
    this.text = text;
    this.added = added;
  }

  /**
   * Returns the naming {@code etcd.backup_vREVISION_TIME}, which the etcd operator uses for its
   * periodic backups.
   *
   * @return the naming
   */
  public static NamingStrategy periodic() {
    return PERIODIC;
  }

  /**
   * Returns the naming {@code PREFIX_vREVISION_TIME}. Backups with different prefixes form
   * different series.
   *
   * @param prefix one or more segments of a key
   * @return the naming
   * @throws IllegalArgumentException when the prefix is empty or its first segment is reserved, so
   *     that such backups are not listed
   */
  public static NamingStrategy periodic(String prefix) {
    Objects.requireNonNull(prefix, "prefix");
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException("prefix must not be empty");
    }
    requireListed("prefix", prefix);
    return new NamingStrategy(BackupKind.PERIODIC, prefix, List.of());
  }

  /**
   * Returns the naming {@code etcd-backup-TIME.tar.gz} of gzipped tarballs, with the time in UTC.
   * The service needs the {@linkplain BackupServiceBuilder#encodings encoding} for it.
   *
   * @return the naming
   */
  public static NamingStrategy tarball() {
    return TARBALL;
  }

  /**
   * Returns a naming with one fixed name. Such a backup is of kind other: it is listed and never
   * pruned.
   *
   * @param name one or more segments of a key
   * @return the naming
   * @throws IllegalArgumentException when the name has the format of a periodic backup or a
   *     tarball, which retention would count and delete, or its first segment is reserved, so that
   *     such a backup is not listed
   */
  public static NamingStrategy manual(String name) {
    requireListed("name", name + '/');
    BackupKind kind = BackupName.parse(name).kind();
    if (kind != BackupKind.OTHER) {
      throw new IllegalArgumentException(
          "name '"
              + name
              + "' reads as a scheduled backup, which pruning would count and delete; choose one"
              + " without a revision and time at its end");
    }
    return new NamingStrategy(BackupKind.OTHER, name, List.of());
  }

  /**
   * Returns a naming that appends the suffixes of encodings, so that the backups are encoded.
   *
   * @param suffixes the suffixes in the order in which the encodings are applied, for example
   *     {@code ".zst", ".gpg"}. The service needs an {@linkplain BackupServiceBuilder#encodings
   *     encoding} for each
   * @return the naming; the series stays the same
   * @throws IllegalArgumentException when names of this kind cannot have these suffixes: periodic
   *     names take {@code .zst}, {@code .gpg} or both in this order, tarballs {@code .gpg}, manual
   *     names none
   */
  public NamingStrategy withEncodings(String... suffixes) {
    List<String> all = new ArrayList<>(added);
    all.addAll(List.of(suffixes));
    NamingStrategy encoded = new NamingStrategy(kind, text, List.copyOf(all));
    String unused =
        encoded.name(0, Instant.EPOCH); // throws when the kind cannot have these suffixes
    return encoded;
  }

  /**
   * Returns the suffixes of all encodings of the backups, in the order in which they are applied.
   */
  List<String> encodings() {
    return BackupName.parse(name(0, Instant.EPOCH)).encodings();
  }

  /**
   * Returns the series of the backups with this naming.
   *
   * @param project the project of the backups
   * @return the series; empty for a manual naming, whose backups belong to no series
   */
  public Optional<Series> series(String project) {
    String prefix = BackupName.parse(name(0, Instant.EPOCH)).prefix();
    return isFixed() ? Optional.empty() : Optional.of(new Series(project, kind, prefix));
  }

  /** What this library keeps beside backups is not listed with them. */
  private static void requireListed(String what, String text) {
    if (text.startsWith(BackupKey.RESERVED + '/')) {
      throw new IllegalArgumentException(
          what + " must not begin with '" + BackupKey.RESERVED + "', where nothing is a backup");
    }
  }

  BackupKind kind() {
    return kind;
  }

  /** Returns whether the name does not depend on time and revision. */
  boolean isFixed() {
    return kind == BackupKind.OTHER;
  }

  String name(long revision, Instant time) {
    BackupName name =
        switch (kind) {
          case PERIODIC -> BackupName.periodic(text, revision, time);
          case TARBALL -> BackupName.tarball(time);
          case CHANGES, OTHER -> BackupName.parse(text);
        };
    for (String suffix : added) {
      name = name.withEncoding(suffix);
    }
    return name.text();
  }
}
