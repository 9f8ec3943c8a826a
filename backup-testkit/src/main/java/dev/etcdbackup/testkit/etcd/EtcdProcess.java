package dev.etcdbackup.testkit.etcd;

import java.io.IOException;

/** A process of etcd, on this machine or in a container. */
interface EtcdProcess {
  /** Returns whether it runs; a paused process counts as running. */
  boolean alive();

  /** Terminates it and waits until it has ended. */
  void terminate() throws IOException;

  /** Kills it and waits until it has ended. Does nothing when it has ended already. */
  void kill();

  /** Pauses it: connections stay open, and requests are not answered. */
  void pause() throws IOException;

  /** Resumes it. */
  void resume() throws IOException;

  /**
   * Ends the test when this etcd was started outside the tests, so that its files are not
   * available.
   */
  default void requireOwn() {}

  /** Kills it if it was started for the test. */
  default void release() {
    kill();
  }
}
