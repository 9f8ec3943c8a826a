package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An operation on a backup failed. There is one subclass for each way in which a caller can react;
 * exceptions of other libraries appear only as causes.
 *
 * <p>Messages are one line, say what failed and where, and never contain credentials. They can be
 * printed to a terminal or a log without further escaping: the constructor replaces control
 * characters, characters that reorder or hide text, line separators and unpaired surrogates by
 * {@code \xNN}, {@code \}{@code uNNNN} or {@code \}{@code uNNNNNN}, because names in a message may
 * come from stores that others write to.
 */
public abstract sealed class BackupException extends IOException
    permits SourceException,
        StoreException,
        BackupExistsException,
        BackupNotFoundException,
        CorruptBackupException,
        KeyUnavailableException {
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
