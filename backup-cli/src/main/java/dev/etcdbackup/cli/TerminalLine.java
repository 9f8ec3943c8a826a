package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The line on standard error that shows progress, if that is a terminal. Each text is drawn over
 * the one before; it is wiped before anything else is printed, so that all output begins at the
 * margin.
 */
final class TerminalLine {
  private final PrintStream terminal;
  private final boolean shown;
  private int width;

  TerminalLine(PrintStream terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Draws a text. */
  synchronized void draw(String text) {
    if (shown) {
      terminal.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
      terminal.flush();
      width = text.length();
    }
  }

  /** Wipes the text. */
  synchronized void wipe() {
    if (width > 0) {
      draw("");
      terminal.print('\r');
      terminal.flush();
    }
  }

  /**
   * Java cannot tell whether standard error is a terminal. Linux can; elsewhere no line is shown.
   */
  static boolean isTerminal() {
    try {
      Path stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
      return stderr.startsWith("/dev/pts") || stderr.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException notLinux) {
      return false;
    }
  }
}
