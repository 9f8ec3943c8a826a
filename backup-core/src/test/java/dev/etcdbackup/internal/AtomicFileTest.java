package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path directory;

  @Test
  void theFileHasItsNameOnlyOnceItIsPublished() throws IOException {
    Path target = directory.resolve("a");
    try (AtomicFile file = AtomicFile.beside(target)) {
      write(file, "content");
      assertThat(target).doesNotExist();
      assertThat(file.temporary()).hasParent(directory.toAbsolutePath());
      file.publishNew(target);
    }
    assertThat(target).hasContent("content");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-------");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void whatIsNotPublishedLeavesNothing() throws IOException {
    try (AtomicFile file = AtomicFile.beside(directory.resolve("a"))) {
      file.out().write("content".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void aMissingDirectoryIsNamedAndNotTheTemporaryFile() {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> AtomicFile.beside(missing.resolve("a")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing + ": there is no such directory");
  }

  @Test
  void aNewFileNeverReplacesAnother() throws IOException {
    Path target = Files.writeString(directory.resolve("a"), "older");
    try (AtomicFile file = AtomicFile.beside(target)) {
      write(file, "newer");
      assertThatThrownBy(() -> file.publishNew(target))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(target).hasContent("older");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void aReplacementReplaces() throws IOException {
    Path target = Files.writeString(directory.resolve("a"), "older");
    try (AtomicFile file = AtomicFile.beside(target)) {
      write(file, "newer");
      file.publishReplacing(target);
    }
    assertThat(target).hasContent("newer");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void aMissingDirectoryIsReported() {
    assertThatThrownBy(() -> AtomicFile.beside(directory.resolve("no/a")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> AtomicFile.beside(Path.of("/")))
        .hasMessageContaining("is not the name of a file");
  }

  private static void write(AtomicFile file, String text) throws IOException {
    file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
