package dev.etcdbackup.cli.config;

/** A line of a file, counted from 1. */
record Place(String file, int line) {
  ConfigException refuse(String reason) {
    return new ConfigException(file + ":" + line + ": " + reason);
  }
}
