package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a command prints, a line at a time. */
final class PrintedLines extends OutputStream {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @Override
  public synchronized void write(int b) {
    if (b == '\n') {
      lines.add(line.toString(UTF_8));
      line.reset();
    } else {
      line.write(b);
    }
  }

  /** What follows a text in the next line that has it. */
  String after(String text) throws InterruptedException {
    while (true) {
      String next = lines.poll(30, TimeUnit.SECONDS);
      assertThat(next).as(text).isNotNull();
      if (next.contains(text)) {
        return next.substring(next.indexOf(text) + text.length());
      }
    }
  }

  /** The lines after those that were waited for. */
  List<String> left() {
    return List.copyOf(lines);
  }
}
