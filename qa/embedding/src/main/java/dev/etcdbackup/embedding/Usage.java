package dev.etcdbackup.embedding;

import java.util.Map;

/** The way in which an application is used. */
interface Usage extends AutoCloseable {
  /** The environment variables of the application. */
  Map<String, String> environment();

  /**
   * Makes it take, list, prune and download backups, and throws when one of these did not happen.
   *
   * @return the result for the table
   */
  String run(Application application) throws Exception;

  @Override
  void close();
}
