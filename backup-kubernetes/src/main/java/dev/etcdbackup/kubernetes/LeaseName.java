package dev.etcdbackup.kubernetes;

import dev.etcdbackup.internal.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The name of the lease of a project: an RFC 1123 subdomain, different for different projects. */
final class LeaseName {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final int LONGEST_PREFIX = 63;
  private static final int LONGEST_PROJECT = 150; // the longest name has 253 characters

  private LeaseName() {}

  /** A project that can be part of a name is; of another one, the name has the SHA-256. */
  static String of(String prefix, String project) {
    boolean plain = project.length() <= LONGEST_PROJECT && LABEL.matcher(project).matches();
    return plain ? prefix + "-" + project : prefix + "." + hash(project);
  }

  static String requirePrefix(String prefix) {
    if (prefix.length() > LONGEST_PREFIX || !LABEL.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "namePrefix must be 1 to 63 lower-case letters, digits and '-', not '" + prefix + "'");
    }
    return prefix;
  }

  private static String hash(String project) {
    return Sha256.hex(project.getBytes(StandardCharsets.UTF_8));
  }
}
