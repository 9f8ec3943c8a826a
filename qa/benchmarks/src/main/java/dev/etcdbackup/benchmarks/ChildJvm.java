package dev.etcdbackup.benchmarks;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of our own, which is asked line by line and ends at the end of its input. */
final class ChildJvm implements Closeable {
  private final Process process;
  private final BufferedReader answers;
  private final PrintWriter questions;
  private final Path log;

  private ChildJvm(Process process, Path log) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.log = log;
  }

  /** Starts one with the class path of this JVM. */
  static ChildJvm start(
      Class<?> main, List<String> flags, Map<String, String> environment, Path log)
      throws IOException {
    return start(System.getProperty("java.class.path"), main, flags, environment, log);
  }

  /**
   * Starts one.
   *
   * @param classPath where its classes are
   * @param main the class to run, by its name alone
   * @param flags of the JVM
   * @param environment on top of this process's own; where credentials go
   * @param log where what it prints to standard error goes
   */
  static ChildJvm start(
      String classPath,
      Class<?> main,
      List<String> flags,
      Map<String, String> environment,
      Path log)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags);
    words.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    words.addAll(List.of("-cp", classPath, main.getName()));
    ProcessBuilder builder = new ProcessBuilder(words).redirectError(log.toFile());
    builder.environment().putAll(environment);
    return new ChildJvm(builder.start(), log);
  }

  /** Sends a line. */
  void tell(String line) {
    questions.println(line);
  }

  /** The next line. */
  String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("a forked JVM ended; see " + log);
    }
    return line;
  }

  @Override
  public void close() {
    questions.close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
