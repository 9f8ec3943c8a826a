package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What goes wrong in one run of a case. */
interface Trouble extends AutoCloseable {
  /** The backend on which it will; called first, and once. */
  Backend backend(TestServers servers, Case testCase, Path directory) throws Exception;

  /** Begins, or gets ready to; the earlier backups are there by now. */
  default void begin(Backend backend) throws Exception {}

  /** Does the job under it. */
  default Work.Done run(Work work) throws Exception {
    return work.run();
  }

  /** How often the fault was injected. A case without it is invalid. */
  int fired();

  /** Ends it; what it broke works again. To end it again does nothing. */
  void end() throws Exception;

  /** Whether it damages the newest backup beforehand. */
  default boolean damagesNewest() {
    return false;
  }

  /** Whether the process that does the job dies of it, and cleans nothing up. */
  default boolean kills() {
    return false;
  }

  /** Backups that others stored meanwhile, which the job must leave alone. */
  default Map<BackupKey, byte[]> stored() {
    return Map.of();
  }

  /** Gives back what only it needed, when all was looked at. */
  @Override
  default void close() throws IOException {}
}
