package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;

/** Makes pieces of a database readable in an array, one at a time. For one thread. */
interface ByteWindow {
  /** The largest piece, in bytes, that costs no more than the small pieces of it would. */
  int largest();

  /**
   * Makes bytes readable in {@link #array()}, until the next are asked for.
   *
   * @param position where they begin; position and length within the database
   * @param length how many
   * @return where in the array they begin
   */
  int at(long position, int length) throws IOException;

  /** The array with the bytes last asked for. */
  byte[] array();
}
