package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong with a backup. One subclass for each reaction a caller can have; exceptions
 * of the libraries underneath appear only as causes.
 *
 * <p>Messages are one line, say what failed and where, and never hold credentials. They may go to a
 * terminal or a log as they are: names in them come from stores that others write to, so control
 * characters, marks that reorder or hide text, line separators and halves of characters stand there
 * as {@code \xNN} or {@code \}{@code uNNNN}, whatever the message was made with.
 */
public abstract sealed class BackupException extends IOException
    permits SourceException,
        StoreException,
        BackupExistsException,
        BackupNotFoundException,
        CorruptBackupException {
  private static final long serialVersionUID = 1L;
  private static final HexFormat HEX = HexFormat.of();

  BackupException(String message, @Nullable Throwable cause) {
    super(oneLine(message), cause);
  }

  private static String oneLine(String message) {
    StringBuilder shown = new StringBuilder();
    String.valueOf(message)
        .codePoints()
        .forEach(
            c -> {
              if (BackupName.isShown(c)) {
                shown.appendCodePoint(c);
              } else {
                shown.append('\\').append(number(c));
              }
            });
    return shown.toString();
  }

  private static String number(int c) {
    return c < 0x100
        ? "x" + HEX.toHexDigits(c, 2)
        : "u" + HEX.toHexDigits(c, Character.isBmpCodePoint(c) ? 4 : 6);
  }
}
