package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of its own, run and measured: time by the shell's own {@code time}, memory by looking
 * at the process and its children 50 times a second.
 *
 * @param words the program and its arguments, never a credential
 * @param environment set on top of this process's own; where credentials go
 */
record Command(List<String> words, Map<String, String> environment) {
  private static final String TIMED =
      "LC_ALL=C TIMEFORMAT='%R %U %S'; time \"$@\" >\"$BENCH_OUT\" 2>&1";

  /** Holds credentials. */
  @Override
  public String toString() {
    return String.join(" ", words);
  }

  /**
   * Runs it.
   *
   * @param out where what it prints goes
   * @throws IOException when it cannot be run or fails, with the end of what it printed
   */
  Measurement run(Path out) throws IOException, InterruptedException {
    List<String> shell = new ArrayList<>(List.of("bash", "-c", TIMED, "bench"));
    shell.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(shell);
    builder.environment().remove("AWS_CA_BUNDLE"); // rclone 1.60 ends when it is set
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
    builder.environment().putAll(environment);
    builder.environment().put("BENCH_OUT", out.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    Map<Long, Long> peaks = new HashMap<>();
    try {
      while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(p -> peaks.merge(p.pid(), peakRss(p.pid()), Math::max));
      }
    } catch (InterruptedException e) {
      process.destroy();
      throw e;
    }
    String times = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.exitValue() != 0) {
      throw new IOException(this + " failed: " + end(out));
    }
    String[] fields = times.strip().split(" ", 3);
    return new Measurement(
        Double.parseDouble(fields[0]),
        Double.parseDouble(fields[1]) + Double.parseDouble(fields[2]),
        peaks.values().stream().mapToLong(Long::longValue).max().orElse(0));
  }

  /** The most a process had resident so far; 0 when it is gone. */
  static long peakRss(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException gone) {
      return 0;
    }
  }

  private static String end(Path out) throws IOException {
    String text = Files.readString(out).strip();
    return text.substring(Math.max(0, text.length() - 500));
  }
}
