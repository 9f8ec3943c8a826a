package dev.etcdbackup.cli.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where backups are kept: {@code file:///DIR} or {@code s3://BUCKET[/PREFIX]}. */
public sealed interface StoreAddress {
  /**
   * A directory.
   *
   * @param root its absolute path
   */
  record Directory(Path root) implements StoreAddress {
    @Override
    public String toString() {
      return root.toUri().toString();
    }
  }

  /**
   * A bucket, or the part of it below a prefix.
   *
   * @param bucket its name
   * @param prefix what precedes the projects in the keys, without the slash at its end; may be
   *     empty
   */
  record Bucket(String bucket, String prefix) implements StoreAddress {
    private static final Pattern FORM =
        Pattern.compile("s3://([A-Za-z0-9][A-Za-z0-9._-]{1,62})(?:/(.*?))?/?");

    @Override
    public String toString() {
      return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
  }

  /**
   * Returns whether another address is of the same store, so that copies there would be none.
   *
   * @param other the other address
   * @param sameServer whether buckets of both are on one server
   * @return true if it is; false when one of two directories does not exist and they are named
   *     differently
   */
  default boolean isSameStore(StoreAddress other, boolean sameServer) {
    if (this instanceof Directory one && other instanceof Directory two) {
      try {
        return one.equals(two) || Files.isSameFile(one.root(), two.root());
      } catch (IOException e) {
        return false;
      }
    }
    return sameServer && equals(other);
  }

  /**
   * Reads an address.
   *
   * @param text {@code file:///DIR}, absolute, with spaces and the like written {@code %20}; or
   *     {@code s3://BUCKET[/PREFIX]}, taken literally
   * @return the address
   * @throws IllegalArgumentException when it is neither, saying what to write. The message does not
   *     repeat a user or password
   */
  static StoreAddress parse(String text) {
    try {
      return read(text);
    } catch (IllegalArgumentException e) {
      throw text.contains("@")
          ? new IllegalArgumentException("the URL of a store must not hold a user or password")
          : e;
    }
  }

  private static StoreAddress read(String text) {
    if (text.startsWith("file:")) {
      return new Directory(directory(text));
    }
    Matcher form = Bucket.FORM.matcher(text);
    if (form.matches()) {
      return new Bucket(form.group(1), form.group(2) == null ? "" : form.group(2));
    }
    if (text.startsWith("s3:")) {
      throw new IllegalArgumentException("'" + text + "' is not s3://BUCKET[/PREFIX]");
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a store; write file:///DIR or s3://BUCKET[/PREFIX]");
  }

  private static Path directory(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a URL: " + e.getReason() + "; write a space as %20", e);
    }
    boolean absolute = !uri.isOpaque() && uri.getPath().startsWith("/");
    if (!absolute
        || uri.getRawAuthority() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an absolute path; write file:///DIR, with three slashes");
    }
    return Path.of(uri);
  }
}
