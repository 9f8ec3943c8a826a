package dev.etcdbackup.service;

import dev.etcdbackup.Series;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a new backup is named, and with that which kind it is.
 *
 * <p>Immutable and thread-safe.
 */
public final class NamingStrategy {
  private static final NamingStrategy PERIODIC = periodic("etcd.backup");
  private static final NamingStrategy TARBALL =
      new NamingStrategy(BackupKind.TARBALL, "", List.of());

  private final BackupKind kind;
  private final String text; // the prefix of periodic names, the whole of a manual one
  private final List<String> added; // suffixes of encodings, without the .tar.gz of tarballs

  private NamingStrategy(BackupKind kind, String text, List<String> added) {
    this.kind = kind;
    this.text = text;
    this.added = added;
  }

  /**
   * {@code etcd.backup_vREVISION_TIME}, as the etcd operator names its periodic backups.
   *
   * @return the naming
   */
  public static NamingStrategy periodic() {
    return PERIODIC;
  }

  /**
   * {@code PREFIX_vREVISION_TIME}. Another prefix makes a series of its own.
   *
   * @param prefix one or more segments of a key
   * @return the naming
   */
  public static NamingStrategy periodic(String prefix) {
    Objects.requireNonNull(prefix, "prefix");
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException("prefix must not be empty");
    }
    return new NamingStrategy(BackupKind.PERIODIC, prefix, List.of());
  }

  /**
   * {@code etcd-backup-TIME.tar.gz}: a gzipped tarball, its time in UTC. Needs a service with an
   * {@linkplain BackupService.Builder#encodings encoding}.
   *
   * @return the naming
   */
  public static NamingStrategy tarball() {
    return TARBALL;
  }

  /**
   * A name chosen by hand. Such a backup is of kind other: listed, and never pruned.
   *
   * @param name one or more segments of a key
   * @return the naming
   * @throws IllegalArgumentException when the name reads as a periodic or a tarball one, which
   *     retention would act on
   */
  public static NamingStrategy manual(String name) {
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
   * The same names with the suffixes of encodings, and so the same backups encoded.
   *
   * @param suffixes the suffixes in the order in which the encodings are applied, for example
   *     {@code ".zst", ".gpg"}. The service needs an {@linkplain BackupService.Builder#encodings
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
    String unused = encoded.name(0, Instant.EPOCH); // refuses what the kind cannot have
    return encoded;
  }

  /** The suffixes of all encodings of the backups, in the order in which they are applied. */
  List<String> encodings() {
    return BackupName.parse(name(0, Instant.EPOCH)).encodings();
  }

  /**
   * The series that backups of this naming make.
   *
   * @param project the project they are of
   * @return the series; empty for a manual naming, whose backups are in none
   */
  public Optional<Series> series(String project) {
    String prefix = BackupName.parse(name(0, Instant.EPOCH)).prefix();
    return isFixed() ? Optional.empty() : Optional.of(new Series(project, kind, prefix));
  }

  BackupKind kind() {
    return kind;
  }

  /** Whether the name is the same at any time and revision. */
  boolean isFixed() {
    return kind == BackupKind.OTHER;
  }

  String name(long revision, Instant time) {
    BackupName name =
        switch (kind) {
          case PERIODIC -> BackupName.periodic(text, revision, time);
          case TARBALL -> BackupName.tarball(time);
          case OTHER -> BackupName.parse(text);
        };
    for (String suffix : added) {
      name = name.withEncoding(suffix);
    }
    return name.text();
  }
}
