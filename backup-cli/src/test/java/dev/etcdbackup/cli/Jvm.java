package dev.etcdbackup.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command lines of further JVMs that tests start. */
final class Jvm {
  private Jvm() {}

  /**
   * The Java of this process without its second compiler, which costs a process of a few seconds
   * more than it saves; the caller adds what it runs.
   */
  static List<String> command() {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1"));
  }
}
