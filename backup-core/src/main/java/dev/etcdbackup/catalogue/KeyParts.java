package dev.etcdbackup.catalogue;

import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key as formats read it.
 *
 * @param text the whole key
 * @param directory what is before the last slash; empty when there is none
 * @param name what is after it
 * @param localZone the zone of local times
 */
record KeyParts(String text, String directory, String name, ZoneId localZone) {
  static KeyParts of(String key, ZoneId localZone) {
    int slash = key.lastIndexOf('/');
    return new KeyParts(
        key, slash < 0 ? "" : key.substring(0, slash), key.substring(slash + 1), localZone);
  }

  /** The name against a pattern; null when it does not match as a whole. */
  @Nullable Matcher name(Pattern pattern) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches() ? matcher : null;
  }

  /** The directory and a part of the name. */
  String series(String part) {
    return directory.isEmpty() ? part : part.isEmpty() ? directory : directory + '/' + part;
  }

  /** The directory above. */
  KeyParts parent() {
    return of(directory, localZone);
  }

  /** Another name in the same directory. */
  KeyParts sibling(String other) {
    return of(series(other), localZone);
  }
}
