package dev.etcdbackup.cli;

import dev.etcdbackup.service.BackupProgress;
import java.util.Locale;

/** Shows on the terminal how far the reading of a snapshot is. */
final class ProgressLine implements BackupProgress, AutoCloseable {
  private static final double MIB = 1024 * 1024;
  private static final long REFRESH_NANOS = 200_000_000;

  private final TerminalLine terminal;
  private final String label;
  private long begun; // when the first bytes were reported, and how many
  private long begunWith;
  private long last = -1;
  private long drawn;

  ProgressLine(TerminalLine terminal, String label) {
    this.terminal = terminal;
    this.label = TerminalText.escape(label);
  }

  /** Takes progress; fewer bytes than the last time begin another pass. */
  @Override
  public synchronized void moved(long bytes, long total) {
    long now = System.nanoTime();
    boolean first = last < 0;
    if (bytes < last || first) {
      begun = now;
      begunWith = bytes;
    }
    last = bytes;
    if (first || bytes >= total || now - drawn >= REFRESH_NANOS) {
      drawn = now;
      terminal.draw(label + ": " + text(bytes, total, bytes - begunWith, now - begun));
    }
  }

  /** Wipes the line. */
  @Override
  public void close() {
    terminal.wipe();
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
}
