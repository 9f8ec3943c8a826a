package dev.etcdbackup.restore;

/** Texts in JSON as Go writes them, to the byte. */
final class GoJson {
  private GoJson() {}

  /** A text without control characters, quoted. */
  static String text(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '"', '\\' -> json.append('\\').append((char) c);
                case '<', '>', '&', '\u2028', '\u2029' -> json.append(String.format("\\u%04x", c));
                default -> json.append((char) c);
              }
            });
    return json.append('"').toString();
  }
}
