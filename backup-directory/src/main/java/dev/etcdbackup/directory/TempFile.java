package dev.etcdbackup.directory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on its way into the store, under a name that nobody lists. Closing it removes the name.
 */
final class TempFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TempFile.class);
  private static final Duration ABANDONED = Duration.ofHours(24);

  private final Path path;
  private final FileChannel channel;
  private final InstantSource clock;

  private TempFile(Path path, FileChannel channel, InstantSource clock) {
    this.path = path;
    this.channel = channel;
    this.clock = clock;
  }

  /** Makes an empty file, and removes those that other processes left when they died. */
  static TempFile create(Layout layout, InstantSource clock) throws IOException {
    Path directory = layout.reserved().resolve("tmp");
    layout.makeDirectories(directory);
    sweep(directory, clock.instant().minus(ABANDONED));
    Path path = directory.resolve("put-" + UUID.randomUUID() + ".part");
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            Layout.mode(path, "rw-------"));
    return new TempFile(path, channel, clock);
  }

  Path path() {
    return path;
  }

  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Forces the file to the disk. Its time is set first: the kernel's own goes on in steps of some
   * milliseconds, and inodes are used again at once, so two files of one name could look alike.
   *
   * @return what the file is like, now and under any other name
   */
  BasicFileAttributes finish() throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(clock.instant()));
    channel.force(true);
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  @Override
  public void close() {
    try (channel) {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("{} is left; a later put removes it: {}", path, Layout.reason(e));
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
      LOG.trace("{} was finished meanwhile", file);
    }
  }
}
