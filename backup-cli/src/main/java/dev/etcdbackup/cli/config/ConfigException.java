package dev.etcdbackup.cli.config;

/**
 * The configuration cannot be used as it is. The message is one line, {@code FILE:LINE: reason}.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
