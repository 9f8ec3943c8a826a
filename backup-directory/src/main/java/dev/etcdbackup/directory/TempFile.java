package dev.etcdbackup.directory;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.internal.FailureText;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A temporary file for a backup that is being stored. Listings do not contain it. Closing it
 * removes its temporary name.
 */
final class TempFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TempFile.class);
  private static final Duration ABANDONED = Duration.ofHours(24);

  private static final String SPECIAL = ":*?\"<>|\\";

  private final AtomicFile file;
  private final InstantSource clock;

  private TempFile(AtomicFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * Creates an empty file, and removes old files of processes that were killed. Its name has the
   * special characters of the key, so that a file system that refuses them does so now, and not
   * after all of the content was written.
   */
  static TempFile create(Layout layout, BackupKey key, InstantSource clock) throws IOException {
    Path directory = layout.temporary();
    layout.makeDirectories(directory);
    sweep(layout, clock.instant().minus(ABANDONED));
    String name = "put-" + UUID.randomUUID();
    String special = special(key);
    try {
      return new TempFile(AtomicFile.at(directory.resolve(name + special + ".part")), clock);
    } catch (InvalidPathException | IOException e) {
      if (!special.isEmpty() && canCreate(directory.resolve(name + ".part"))) {
        throw new StoreException(
            "cannot store %s: the file system of %s (%s) refuses one of the characters %s in names"
                .formatted(key, layout.root(), Files.getFileStore(directory).type(), special),
            e);
      }
      throw e;
    }
  }

  /** The characters of a key that vfat, exFAT, NTFS and SMB refuse. */
  private static String special(BackupKey key) {
    return key.toString()
        .chars()
        .filter(c -> SPECIAL.indexOf(c) >= 0)
        .distinct()
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  private static boolean canCreate(Path path) {
    try (AtomicFile file = AtomicFile.at(path)) {
      return Files.exists(file.temporary());
    } catch (IOException e) {
      return false;
    }
  }

  Path path() {
    return file.temporary();
  }

  void write(ByteBuffer bytes) throws IOException {
    file.write(bytes);
  }

  /**
   * Forces the file to the disk. Sets its modification time first: the kernel's time has a
   * resolution of some milliseconds, and inodes are reused immediately, so two files of one name
   * could have the same time and inode.
   *
   * @return the attributes of the file, which do not depend on its name
   */
  BasicFileAttributes finish() throws IOException {
    Files.setLastModifiedTime(path(), FileTime.from(clock.instant()));
    file.force();
    return Files.readAttributes(path(), BasicFileAttributes.class);
  }

  /**
   * Gives the file the name of a backup, which must be free. Where there are no hard links and the
   * process is killed in the middle, the name belongs to an empty file, which is not listed, until
   * a later put removes both.
   *
   * @throws FileAlreadyExistsException when the name is taken
   * @throws IOException when the file cannot get the name, which is free then
   */
  void takeName(Path target, BackupKey key) throws IOException {
    try {
      file.takeName(target, () -> Claims.record(path(), key));
    } finally {
      Claims.forget(path());
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("cannot remove {}; a later put removes it: {}", path(), FailureText.of(e));
    }
  }

  private static void sweep(Layout layout, Instant before) {
    Path directory = layout.temporary();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "put-*")) {
      for (Path file : files) {
        sweepOne(layout, file, before);
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("cannot remove old files in {}: {}", directory, FailureText.of(e));
    }
  }

  private static void sweepOne(Layout layout, Path file, Instant before) throws IOException {
    try {
      if (!Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
        return;
      }
    } catch (NoSuchFileException e) {
      LOG.trace("{} was completed by another process in the meantime", file);
      return;
    }
    if (file.toString().endsWith(".part")) {
      Claims.release(layout, file);
      Files.deleteIfExists(file);
      Claims.forget(file);
    } else if (file.toString().endsWith(".claim")) {
      Claims.forgetClaim(file);
    }
  }
}
