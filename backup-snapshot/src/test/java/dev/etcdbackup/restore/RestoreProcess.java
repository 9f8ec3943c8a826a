package dev.etcdbackup.restore;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import java.nio.file.Path;

/** A restore as a process of its own, to be killed: says when it begins and when it is over. */
final class RestoreProcess {
  private RestoreProcess() {}

  /**
   * Restores.
   *
   * @param args the snapshot and the data directory
   */
  public static void main(String[] args) throws Exception {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(Path.of(args[0]))) {
      DataDirRestore restore = DataDirRestore.builder().build();
      System.out.println("begins");
      System.out.flush();
      restore.restore(snapshot, Path.of(args[1]));
      System.out.println("over");
    }
  }
}
