package dev.etcdbackup.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Turns {@code java.util.logging} off, which gRPC writes to; other libraries write to what {@code
 * simplelogger.properties} configures. The JVM makes one of these when something logs for the first
 * time, so that a command which needs no such library does not load the classes of logging.
 */
public final class SilentLogging {
  /**
   * Configures it; for the JVM.
   *
   * @throws IOException never
   */
  public SilentLogging() throws IOException {
    byte[] off = ".level=OFF".getBytes(StandardCharsets.ISO_8859_1);
    LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(off));
  }

  /** Turns logging off for this process; at once where a property configures it already. */
  static void choose() {
    String property = "java.util.logging.config.class";
    if (System.getProperty(property) == null
        && System.getProperty("java.util.logging.config.file") == null) {
      System.setProperty(property, SilentLogging.class.getName());
    } else {
      Logger.getLogger("").setLevel(Level.OFF);
    }
  }
}
