package dev.etcdbackup.directory;

import dev.etcdbackup.internal.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A temporary file for a backup that is being stored. Listings do not contain it. Closing it
 * removes its temporary name.
 */
final class TempFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TempFile.class);
  private static final Duration ABANDONED = Duration.ofHours(24);

  private final AtomicFile file;
  private final InstantSource clock;

  private TempFile(AtomicFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /** Creates an empty file, and removes old files of processes that were killed. */
  static TempFile create(Layout layout, InstantSource clock) throws IOException {
    Path directory = layout.reserved().resolve("tmp");
    layout.makeDirectories(directory);
    sweep(directory, clock.instant().minus(ABANDONED));
    Path path = directory.resolve("put-" + UUID.randomUUID() + ".part");
    return new TempFile(AtomicFile.at(path), clock);
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

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("cannot remove {}; a later put removes it: {}", path(), Layout.reason(e));
    }
  }

  private static void sweep(Path directory, Instant before) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "put-*.part")) {
      for (Path file : files) {
        sweepOne(file, before);
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("cannot remove old files in {}: {}", directory, Layout.reason(e));
    }
  }

  private static void sweepOne(Path file, Instant before) throws IOException {
    try {
      if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      LOG.trace("{} was completed by another process in the meantime", file);
    }
  }
}
