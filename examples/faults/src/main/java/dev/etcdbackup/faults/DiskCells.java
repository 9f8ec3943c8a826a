package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Ending.STORE;
import static dev.etcdbackup.faults.Ending.TARGET;

import java.util.List;
import java.util.function.Supplier;

/** The cells of a directory on a disk that is full after so many more bytes. */
final class DiskCells extends Cells {
  DiskCells() {
    super(Ground.Kind.DISK);
  }

  @Override
  void enumerate() {
    for (Job job : List.of(Job.CREATE_SMALL, Job.CREATE_LARGE, Job.SCHEDULED_RUN)) {
      int size = Snapshots.of(job).length;
      for (int room : new int[] {0, size / 2, size - 1}) {
        full(job, room, STORE);
      }
    }
    for (Job job : List.of(Job.GET, Job.RESTORE)) {
      for (int room : BYTES) {
        full(job, room, TARGET);
      }
    }
    full(Job.RESTORE, Snapshots.SMALL.length + 8192, TARGET); // read, and not restored
  }

  private void full(Job job, int room, Ending ending) {
    Supplier<Trouble> trouble = () -> new FullDisk(room);
    add(job, "room for " + room + " bytes", "disk full", trouble, PATIENT, ending);
  }
}
