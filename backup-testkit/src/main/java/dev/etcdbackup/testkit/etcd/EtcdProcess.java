package dev.etcdbackup.testkit.etcd;

import java.io.IOException;

/** A running etcd, on this machine or in a container. */
interface EtcdProcess {
  /** Whether it runs, be it paused. */
  boolean alive();

  /** Asks it to end, and waits until it has. */
  void terminate() throws IOException;

  /** Ends it at once, as a power cut would, and waits until it has. Does nothing when it ended. */
  void kill();

  /** Stops it where it is; connections stay open and nothing answers. */
  void pause() throws IOException;

  /** Lets it go on. */
  void resume() throws IOException;

  /** Ends the test when this etcd was not started for it, so that its files are elsewhere. */
  default void requireOwn() {}

  /** Ends it at once if it was started for the test. */
  default void release() {
    kill();
  }
}
