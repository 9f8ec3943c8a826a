package dev.etcdbackup.faults;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import java.io.IOException;

/** How a job ended, as its caller sees it. */
enum Outcome {
  DONE("done"),
  SOURCE("source failed"),
  STORE("store failed"),
  UNKNOWN("store failed, outcome unknown"),
  EXISTS("exists"),
  NOT_FOUND("not found"),
  CORRUPT("corrupt"),
  REFUSED("refused, and reported"),
  TARGET("target file failed"),
  KILLED("killed"),
  OTHER("another exception");

  private final String text;

  Outcome(String text) {
    this.text = text;
  }

  static Outcome of(Throwable e) {
    if (e instanceof SourceException) {
      return SOURCE;
    }
    if (e instanceof StoreException store) {
      return store.outcomeUnknown() ? UNKNOWN : STORE;
    }
    if (e instanceof BackupExistsException) {
      return EXISTS;
    }
    if (e instanceof BackupNotFoundException) {
      return NOT_FOUND;
    }
    if (e instanceof CorruptBackupException) {
      return CORRUPT;
    }
    return e instanceof IOException ? TARGET : OTHER;
  }

  @Override
  public String toString() {
    return text;
  }
}
