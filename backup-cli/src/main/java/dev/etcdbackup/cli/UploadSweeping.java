package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.service.BackupResult;

/** Aborts the orphaned uploads of a project after each of its backups; usually one request. */
final class UploadSweeping implements BackupListener {
  private final StoreOptions.OpenStore open;
  private final RunLog log;
  private volatile boolean unsupported;

  UploadSweeping(StoreOptions.OpenStore open, RunLog log) {
    this.open = open;
    this.log = log;
  }

  @Override
  public void succeeded(String project, BackupResult result) {
    sweep(project);
  }

  void sweep(String project) {
    if (unsupported) {
      return;
    }
    try {
      open.sweep(project, false)
          .forEach(one -> log.line("aborted", project, one.key() + ", begun " + one.begun()));
    } catch (UnsupportedOperationException e) {
      unsupported = true; // said once
      log.line("unaborted", project, String.valueOf(e.getMessage()));
    } catch (BackupException e) {
      log.line("unaborted", project, String.valueOf(e.getMessage()));
    }
  }
}
