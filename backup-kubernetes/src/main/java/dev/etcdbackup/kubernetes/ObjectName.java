package dev.etcdbackup.kubernetes;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Checks the names of objects, as a user gave them. A name becomes a part of the path of a request,
 * so that one with {@code ../} would be an object of another namespace.
 *
 * <p>Thread-safe.
 */
public final class ObjectName {
  private static final int LONGEST = 253;
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private ObjectName() {}

  /**
   * Returns the name when an object can have it.
   *
   * @param kind the kind of the object, for the message
   * @param name the name
   * @return the name
   * @throws IllegalArgumentException when it is not an RFC 1123 subdomain of at most 253 characters
   */
  public static String require(String kind, String name) {
    Objects.requireNonNull(name, "name");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the name of a " + kind + " must not be empty");
    }
    if (name.length() > LONGEST || !SUBDOMAIN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name of a %s must be 1 to %d lower-case letters, digits, '-' and '.', not '%s'"
              .formatted(kind, LONGEST, name));
    }
    return name;
  }
}
