package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.name.BackupName;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** What a command reads: a snapshot in a file, or a backup in the store. */
sealed interface SnapshotOperand {
  /** How operands are distinguished, for the help of commands. */
  String DESCRIPTION =
      "A file, if there is one of that name or it begins with '/', './', '../' or 'file:';"
          + " otherwise the key of a backup, PROJECT/NAME.";

  /** A snapshot in a file, or a tarball when the file is named as one. */
  record InFile(Path file) implements SnapshotOperand {
    @Override
    public BackupName name() {
      return BackupName.parse(String.valueOf(file.getFileName()));
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** A backup in the store. */
  record InStore(BackupKey key) implements SnapshotOperand {
    @Override
    public BackupName name() {
      return BackupName.parse(key.name());
    }

    @Override
    public String toString() {
      return key.toString();
    }
  }

  /** Its name, which says what it holds. */
  BackupName name();

  /**
   * Resolves the operand.
   *
   * @throws IllegalArgumentException when nothing can be
   */
  static SnapshotOperand parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("it must not be empty; write PROJECT/NAME or a path");
    }
    if (text.startsWith("file:")) {
      return new InFile(ofUri(text));
    }
    boolean isPath = text.startsWith("/") || text.startsWith("./") || text.startsWith("../");
    return isPath || isThere(text) ? new InFile(Path.of(text)) : new InStore(BackupKey.parse(text));
  }

  private static boolean isThere(String text) {
    try {
      return Files.exists(Path.of(text)) && !Files.isDirectory(Path.of(text));
    } catch (InvalidPathException notAPath) {
      return false;
    }
  }

  private static Path ofUri(String text) {
    try {
      return Path.of(URI.create(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is not a file; write file:///PATH");
    }
  }
}
