package dev.etcdbackup.cli;

import dev.etcdbackup.service.BackupProgress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A line on standard error that says how far a snapshot has come, if that is a terminal. */
final class ProgressLine implements BackupProgress, AutoCloseable {
  private static final double MIB = 1024 * 1024;
  private static final long REFRESH_NANOS = 200_000_000;

  private final PrintStream terminal;
  private final String label;
  private final boolean shown;
  private final long begun = System.nanoTime();
  private long drawn = begun;
  private int width;

  private ProgressLine(PrintStream terminal, String label, boolean shown) {
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
    if (!shown || (bytes < total && now - drawn < REFRESH_NANOS)) {
      return;
    }
    drawn = now;
    String line = line(label, bytes, total, now - begun);
    terminal.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    terminal.flush();
    width = line.length();
  }

  /** Wipes the line, so that what follows begins at the margin. */
  @Override
  public synchronized void close() {
    if (width > 0) {
      terminal.print("\r" + " ".repeat(width) + "\r");
      terminal.flush();
      width = 0;
    }
  }

  static String line(String label, long bytes, long total, long nanos) {
    return String.format(
        Locale.ROOT,
        "%s: %.1f of %.1f MiB, %d %%, %.1f MiB/s",
        label,
        bytes / MIB,
        total / MIB,
        total == 0 ? 100 : Math.round(Math.floor(100.0 * bytes / total)),
        bytes / MIB / Math.max(nanos / 1e9, 1e-3));
  }

  /** Java does not say what standard error is. Linux does; elsewhere there is no line. */
  private static boolean isTerminal() {
    try {
      Path stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
      return stderr.startsWith("/dev/pts") || stderr.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException notLinux) {
      return false;
    }
  }
}
