package dev.etcdbackup.cli;

import dev.etcdbackup.service.BackupProgress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Shows the progress of a snapshot as a line on standard error, if that is a terminal. */
final class ProgressLine implements BackupProgress, AutoCloseable {
  private static final double MIB = 1024 * 1024;
  private static final long REFRESH_NANOS = 200_000_000;

  private final PrintStream terminal;
  private final String label;
  private final boolean shown;
  private long begun; // when the first bytes were reported, and how many
  private long begunWith = -1;
  private long drawn;
  private int width;

  ProgressLine(PrintStream terminal, String label, boolean shown) {
    this.terminal = terminal;
    this.label = TerminalText.escape(label);
    this.shown = shown;
  }

  static ProgressLine on(PrintStream stderr, String label) {
    return new ProgressLine(stderr, label, isTerminal());
  }

  @Override
  public synchronized void moved(long bytes, long total) {
    long now = System.nanoTime();
    if (begunWith < 0) {
      begun = now;
      begunWith = bytes;
    } else if (bytes < total && now - drawn < REFRESH_NANOS) {
      return;
    }
    drawn = now;
    if (shown) {
      draw(label + ": " + text(bytes, total, bytes - begunWith, now - begun));
    }
  }

  /** Wipes the line, so that other output begins at the margin. */
  @Override
  public void close() {
    wipe();
  }

  /** The same; the line appears again with the next progress. */
  synchronized void wipe() {
    if (width > 0) {
      draw("");
      terminal.print('\r');
      terminal.flush();
    }
  }

  private void draw(String line) {
    terminal.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    terminal.flush();
    width = line.length();
  }

  /** How far and, once it can be measured, how fast. */
  static String text(long bytes, long total, long measured, long nanos) {
    String far =
        String.format(
            Locale.ROOT,
            "%.1f of %.1f MiB, %d %%",
            bytes / MIB,
            total / MIB,
            total == 0 ? 100 : (long) (100.0 * bytes / total));
    return measured <= 0 || nanos <= 0
        ? far
        : far + String.format(Locale.ROOT, ", %.1f MiB/s", measured / MIB / (nanos / 1e9));
  }

  /**
   * Java cannot tell whether standard error is a terminal. Linux can; elsewhere no line is shown.
   */
  private static boolean isTerminal() {
    try {
      Path stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
      return stderr.startsWith("/dev/pts") || stderr.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException notLinux) {
      return false;
    }
  }
}
