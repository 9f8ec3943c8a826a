package dev.etcdbackup.directory;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.internal.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The names that puts take by an empty file, where the file system has no hard links. Before a put
 * creates the empty file it writes its key to {@code put-ID.claim}, beside its content {@code
 * put-ID.part}; then the content replaces the empty file in one step. An empty file is therefore no
 * backup as long as both exist, also when the process was killed in between.
 */
final class Claims {
  private static final String SUFFIX = ".claim";

  private final Path directory;

  /**
   * @param directory where the contents and the claims are; it need not exist
   */
  Claims(Path directory) {
    this.directory = directory;
  }

  /** Records that a content is about to take the name of a key. */
  static void record(Path part, BackupKey key) throws IOException {
    Path claim = claim(part);
    ByteBuffer text = ByteBuffer.wrap(key.toString().getBytes(StandardCharsets.UTF_8));
    try (FileChannel file =
        FileChannel.open(
            claim,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            AtomicFile.mode(claim, "rw-------"))) {
      while (text.hasRemaining()) {
        file.write(text);
      }
      file.force(true);
    }
    AtomicFile.forceDirectory(Objects.requireNonNull(claim.getParent()));
  }

  /** Removes the record of a content. */
  static void forget(Path part) throws IOException {
    Files.deleteIfExists(claim(part));
  }

  /** Returns whether a put has taken the name of a key and not given it its content. */
  boolean hold(BackupKey key) throws IOException {
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(directory, "put-*" + SUFFIX)) {
      for (Path claim : claims) {
        if (key(claim).filter(key::equals).isPresent() && Files.exists(part(claim))) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException e) {
      return false;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Removes the record of a content that no longer exists; then it holds nothing. */
  static void forgetClaim(Path claim) throws IOException {
    if (Files.notExists(part(claim))) {
      Files.deleteIfExists(claim);
    }
  }

  /** Frees the name that the content of a killed process had taken, if any. */
  static void release(Layout layout, Path part) throws IOException {
    Optional<BackupKey> key = key(claim(part));
    Optional<Path> taken = key.isPresent() ? layout.path(key.get()) : Optional.empty();
    if (taken.isPresent()
        && Files.isRegularFile(taken.get(), NOFOLLOW_LINKS)
        && Files.size(taken.get()) == 0) {
      Files.deleteIfExists(taken.get());
    }
  }

  private static Optional<BackupKey> key(Path claim) throws IOException {
    try {
      byte[] text = Files.readAllBytes(claim);
      return Optional.of(BackupKey.parse(new String(text, StandardCharsets.UTF_8)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Path claim(Path part) {
    return part.resolveSibling(part.getFileName().toString().replaceFirst("\\.part$", SUFFIX));
  }

  private static Path part(Path claim) {
    return claim.resolveSibling(claim.getFileName().toString().replaceFirst("\\.claim$", ".part"));
  }
}
