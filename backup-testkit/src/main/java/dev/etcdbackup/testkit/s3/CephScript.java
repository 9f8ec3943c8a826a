package dev.etcdbackup.testkit.s3;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The script {@code fixtures/ceph}, which is in this jar, and what it says of a node it started.
 */
final class CephScript {
  /** Its name, in this jar too. */
  static final String NAME = "ceph";

  /** The program with which it finds free ports; goes beside it. */
  static final String FREE_PORTS = "FreePorts.java";

  private static final Pattern EXPORT = Pattern.compile("export (\\w+)=(.*)");

  private CephScript() {}

  /** Reads one of the two. */
  static byte[] read(String name) throws IOException {
    try (InputStream script = CephScript.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new FileNotFoundException("backup-testkit was built without the script " + name);
      }
      return script.readAllBytes();
    }
  }

  /** The variables that the file {@code env} of a node sets. */
  static Map<String, String> settings(String env) {
    Map<String, String> settings = new HashMap<>();
    Matcher export = EXPORT.matcher(env);
    while (export.find()) {
      settings.put(export.group(1), export.group(2));
    }
    return settings;
  }
}
