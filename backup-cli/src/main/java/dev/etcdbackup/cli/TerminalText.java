package dev.etcdbackup.cli;

import dev.etcdbackup.name.BackupName;

/** Text on its way to a terminal. Names come from a store that others write to. */
final class TerminalText {
  private TerminalText() {}

  /**
   * Replaces what a terminal would act on: control characters become {@code \xNN}; marks that
   * reorder or hide text, line separators and halves of characters become {@code \}{@code uNNNN}.
   * Everything else stays as it is, a backslash too, so that keys can be copied; where it matters
   * which is which, there is {@code -o json}.
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
