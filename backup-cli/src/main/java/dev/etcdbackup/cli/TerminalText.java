package dev.etcdbackup.cli;

import dev.etcdbackup.name.BackupName;

/** Text for a terminal. Names come from a store that others may write to. */
final class TerminalText {
  private TerminalText() {}

  /**
   * Escapes what could change how a terminal shows text: control characters become {@code \xNN};
   * characters that reorder or hide text, line separators and unpaired surrogates become {@code
   * \}{@code uNNNN}. Everything else stays, including backslashes, so that keys can be copied;
   * {@code -o json} is unambiguous.
   */
  static String escape(String text) {
    StringBuilder out = null;
    int length;
    for (int i = 0; i < text.length(); i += length) {
      int c = text.codePointAt(i);
      length = Character.charCount(c);
      boolean harmful = !BackupName.isShown(c);
      if (harmful && out == null) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        if (harmful) {
          out.append(String.format(c < 0x100 ? "\\x%02x" : "\\u%04x", c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
    return out == null ? text : out.toString();
  }
}
