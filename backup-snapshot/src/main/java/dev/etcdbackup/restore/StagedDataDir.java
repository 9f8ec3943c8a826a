package dev.etcdbackup.restore;

import dev.etcdbackup.internal.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A data directory that is written under another name. {@link #commit} gives it its own name in one
 * step; {@link #close} deletes what was not committed.
 *
 * <p>A directory that is not there yet is made beside its place and renamed. In one that is there
 * and empty, a mounted volume say, {@code member} is made and renamed.
 */
final class StagedDataDir implements Closeable {
  private static final String MARK = ".restore-";
  private static final String MEMBER = "member";

  /** What the root directory of an empty ext4 file system holds. */
  private static final String OF_FILE_SYSTEM = "lost+found";

  private final Path stage;
  private final Path from; // what is renamed
  private final Path to;
  private final Path parent; // of both names

  private StagedDataDir(Path stage, Path from, Path to, Path parent) {
    this.stage = stage;
    this.from = from;
    this.to = to;
    this.parent = parent;
  }

  static StagedDataDir begin(Path dataDir) throws IOException {
    Path target = dataDir.toAbsolutePath().normalize();
    StagedDataDir staged;
    requireFree(target);
    if (Files.exists(target)) {
      Path stage = Files.createTempDirectory(target, MARK, AtomicFile.mode(target, "rwx------"));
      staged = new StagedDataDir(stage, stage.resolve(MEMBER), target.resolve(MEMBER), target);
    } else {
      Path parent = Files.createDirectories(Objects.requireNonNull(target.getParent()));
      String prefix = "." + target.getFileName() + MARK;
      Path stage = Files.createTempDirectory(parent, prefix, AtomicFile.mode(parent, "rwx------"));
      staged = new StagedDataDir(stage, stage, target, parent);
    }
    try {
      for (Path directory : new Path[] {staged.member(), staged.snap(), staged.wal()}) {
        Files.createDirectory(directory, AtomicFile.mode(directory, "rwx------"));
      }
      return staged;
    } catch (IOException | RuntimeException e) {
      staged.close();
      throw e;
    }
  }

  /** Refuses what is there, but for an empty directory or an empty file system. */
  static void requireFree(Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "is not a directory; choose another data directory");
    }
    try (Stream<Path> entries = Files.list(target)) {
      String first =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(entry -> !entry.equals(OF_FILE_SYSTEM))
              .sorted()
              .findFirst()
              .orElse("");
      if (first.startsWith(MARK)) {
        throw new FileAlreadyExistsException(
            target.toString(),
            null,
            "holds " + first + " of a restore that runs or was killed; delete it if none runs");
      }
      if (!first.isEmpty()) {
        throw new FileAlreadyExistsException(
            target.toString(),
            null,
            "is not empty, it holds "
                + first
                + "; nothing is ever restored over it: choose"
                + " another data directory, or move this one away");
      }
    }
  }

  Path directory() {
    return stage;
  }

  private Path snap() {
    return member().resolve("snap");
  }

  Path database() {
    return snap().resolve("db");
  }

  /** A file that may become the database, or is deleted. */
  Path copy() {
    return snap().resolve("copy");
  }

  /** Makes the copy the database. */
  void takeCopy() throws IOException {
    Files.move(copy(), database());
  }

  void deleteCopy() throws IOException {
    Files.delete(copy());
  }

  private Path wal() {
    return member().resolve("wal");
  }

  private Path member() {
    return stage.resolve(MEMBER);
  }

  /** Creates the database file. */
  FileChannel createDatabase() throws IOException {
    return create(database(), "rw-------");
  }

  void writeRaftSnapshot(String name, byte[] content) throws IOException {
    write(snap().resolve(name), "rw-r--r--", content);
  }

  /** Writes the log and makes the file as long as etcd makes it, without taking up the space. */
  void writeLog(String name, byte[] content, long size) throws IOException {
    Path file = wal().resolve(name);
    write(file, "rw-------", content);
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "rw")) {
      log.setLength(size);
      log.getFD().sync();
    }
  }

  /** Gives the directory its name; it and all in it are on the disk when this returns. */
  void commit() throws IOException {
    for (Path directory : new Path[] {snap(), wal(), member(), stage}) {
      AtomicFile.forceDirectory(directory);
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE); // over an empty directory at most
    if (!from.equals(stage)) {
      Files.delete(stage);
    }
    AtomicFile.forceDirectory(parent);
  }

  /** Deletes what was not committed. */
  @Override
  public void close() throws IOException {
    if (!Files.exists(stage)) {
      return;
    }
    try (Stream<Path> files = Files.walk(stage)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void write(Path file, String permissions, byte[] content) throws IOException {
    try (FileChannel channel = create(file, permissions)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static FileChannel create(Path file, String permissions) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        AtomicFile.mode(file, permissions));
  }
}
