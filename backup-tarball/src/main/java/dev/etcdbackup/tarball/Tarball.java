package dev.etcdbackup.tarball;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.io.InputStream;
import java.util.Objects;

/**
 * Backups of the form {@code etcd-backup-yyyy-MM-dd-HH-mm-ss.tar.gz}: a gzipped tar of one
 * directory, called as the backup without {@code .tar.gz}, that holds the snapshot as {@code
 * etcd-dump.bin}. That is how the {@code kube-etcdbackup} image writes them, and {@code tar -xzf}
 * unpacks both.
 *
 * <p><strong>Packing</strong> is reproducible: the same snapshot and name give the same bytes with
 * the same zlib. Directory and file belong to user and group 0, have the modes 0700 and 0600 and
 * the time of the name. A size of 8 GiB or more is written as a binary number, which GNU tar and
 * all others of the last twenty years read. The level of gzip is 1: packing is what limits the
 * speed of such a backup, at some 50 to 200 MB/s, and the usual level 6 takes up to three times as
 * long to save a seventh.
 *
 * <p><strong>Unpacking</strong> reads what GNU tar writes in its formats v7, ustar, gnu and pax,
 * with {@code ./} in front or without, with an entry for the directory or without, whatever the
 * directory is called. It refuses links, devices, sparse and further files, names with {@code ..},
 * absolute or more than one directory deep, and whatever follows the end of the tar or of the gzip.
 * It writes no files. The file inside may have as many bytes as the snapshot's first page
 * announces, or 64 MiB when it does not begin as a snapshot does; everything around it is bounded
 * to some hundred KiB.
 *
 * <p>Immutable and thread-safe. A stream belongs to one thread at a time, holds some 300 KiB
 * whatever the size of the snapshot, blocks as long as the stream underneath does, and is closed by
 * the caller, the stream underneath with it.
 */
public final class Tarball implements BackupEncoding {
  static final String CONTENT = "etcd-dump.bin";

  private static final String SUFFIX = ".tar.gz";

  /** Creates the encoding; there is nothing to set. */
  public Tarball() {}

  @Override
  public String suffix() {
    return SUFFIX;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is read before the first read of the result. A snapshot that is shorter or longer
   * than its size makes reading throw {@link dev.etcdbackup.SourceException}. The size of the
   * tarball is not known ahead.
   *
   * @throws IllegalArgumentException when the content has no expected size, or the name is not that
   *     of a tarball
   */
  @Override
  public Content encode(Content content, BackupName name) {
    long size =
        content
            .expectedSize()
            .orElseThrow(
                () -> new IllegalArgumentException("a tarball needs the size of its snapshot"));
    requireTarball(name);
    String base = name.base();
    String directory = base.substring(base.lastIndexOf('/') + 1);
    return Content.of(
        new PackedTarball(content.stream(), size, directory, name.time().orElseThrow()));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is read before the first read of the result. What the stream underneath throws
   * passes unchanged; every other failure is a {@link dev.etcdbackup.CorruptBackupException}, and
   * later reads repeat it. The end of the snapshot is reported only after the archive was well
   * formed to its own end and held nothing else.
   *
   * @throws IllegalArgumentException when the name is not that of a tarball
   */
  @Override
  public InputStream decode(InputStream encoded, BackupName name) {
    Objects.requireNonNull(encoded, "encoded");
    requireTarball(name);
    return new UnpackedTarball(encoded, name.text());
  }

  private static void requireTarball(BackupName name) {
    if (name.kind() != BackupKind.TARBALL) {
      throw new IllegalArgumentException(
          "name must be that of a tarball, etcd-backup-TIME.tar.gz, not " + name);
    }
  }
}
