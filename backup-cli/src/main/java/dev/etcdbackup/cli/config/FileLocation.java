package dev.etcdbackup.cli.config;

/** A line of a file, counted from 1. */
record FileLocation(String file, int line) {
  /** The failure to throw when what is here cannot be used. */
  ConfigException refuse(String reason) {
    return new ConfigException(file + ":" + line + ": " + reason);
  }
}
