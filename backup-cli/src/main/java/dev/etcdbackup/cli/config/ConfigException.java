package dev.etcdbackup.cli.config;

import java.util.List;

/**
 * The configuration cannot be used as it is. The message is the first problem that was found, in
 * one line, {@code FILE:LINE: reason}.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of strings, which is serializable
  private final List<String> problems;

  ConfigException(String problem) {
    this(List.of(problem));
  }

  /**
   * @param problems one line each, at least one
   */
  ConfigException(List<String> problems) {
    super(problems.get(0));
    this.problems = List.copyOf(problems);
  }

  /**
   * Everything that was found, at most one problem for each cluster and each field of the file.
   *
   * @return one line each, at least one
   */
  public List<String> problems() {
    return problems;
  }
}
