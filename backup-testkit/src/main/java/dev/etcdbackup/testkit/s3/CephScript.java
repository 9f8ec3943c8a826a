package dev.etcdbackup.testkit.s3;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The script {@code fixtures/ceph}, which this jar contains, and the settings of a node that it
 * started.
 */
final class CephScript {
  /** The name of the script, which is also its name in this jar. */
  static final String NAME = "ceph";

  /** The program with which the script finds free ports, in the same directory. */
  static final String FREE_PORTS = "FreePorts.java";

  private static final Pattern EXPORT = Pattern.compile("export (\\w+)=(.*)");

  private CephScript() {}

  /** Reads one of these two files. */
  static byte[] read(String name) throws IOException {
    try (InputStream script = CephScript.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new FileNotFoundException("backup-testkit was built without the script " + name);
      }
      return script.readAllBytes();
    }
  }

  /** Returns the variables that the file {@code env} of a node sets. */
  static Map<String, String> settings(String env) {
    Map<String, String> settings = new HashMap<>();
    Matcher export = EXPORT.matcher(env);
    while (export.find()) {
      settings.put(export.group(1), export.group(2));
    }
    return settings;
  }
}
