package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LastingRecordingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A recorder that ended stayed so until a restart of the process. */
  @Test
  void aRecorderThatEndsForAnUnexpectedReasonIsToldAndBeginsAgain() {
    AtomicInteger runs = new AtomicInteger();
    LastingRecording.Recorder recorder =
        () -> {
          switch (runs.incrementAndGet()) {
            case 1 -> throw new OutOfMemoryError("Java heap space");
            case 2 -> throw new IllegalStateException("no such state");
            default -> throw new InterruptedException();
          }
        };

    PrintStream stream = new PrintStream(out, true, UTF_8);
    RunLog log =
        new RunLog(new Output(stream, Output.Format.TEXT, new TerminalLine(stream, false)));
    ChangeMetrics metrics = new ChangeMetrics(new SimpleMeterRegistry());

    new LastingRecording("p", recorder, Duration.ZERO, log, metrics).run();

    assertThat(Thread.interrupted()).as("the interrupt status is set").isTrue();
    assertThat(runs).hasValue(3);
    assertThat(out.toString(UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("failed") && line.contains("p"))
        .anyMatch(line -> line.endsWith("recording changes: Java heap space"))
        .anyMatch(line -> line.endsWith("recording changes: no such state"));
  }
}
