package dev.etcdbackup.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The library as a service would have it: one JVM that goes on living between backups. */
final class WarmJvm implements Closeable {
  /** As small as an operator's container would have it. */
  static final List<String> FLAGS = List.of("-Xmx128m");

  private final ChildJvm jvm;

  /** What came of a command. */
  record Answer(Measurement cost, long peakHeapBytes, String result) {}

  /** Starts one with the library in a class path, this version of it or another one. */
  WarmJvm(String classPath, List<String> flags, Map<String, String> environment, Path log)
      throws IOException {
    jvm = ChildJvm.start(classPath, Worker.class, flags, environment, log);
  }

  /** Has a command of {@link Worker} carried out. */
  Answer ask(String command) throws IOException {
    jvm.tell(command);
    String[] words = jvm.answer().split(" ", 6);
    if (!words[0].equals("ok")) {
      throw new IOException("'" + command + "' failed: " + String.join(" ", words));
    }
    Measurement cost =
        new Measurement(
            Double.parseDouble(words[1]), Double.parseDouble(words[2]), Long.parseLong(words[3]));
    return new Answer(cost, Long.parseLong(words[4]), words[5]);
  }

  @Override
  public void close() {
    jvm.close();
  }
}
