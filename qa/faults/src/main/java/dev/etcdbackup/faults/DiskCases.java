package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Outcome.STORE;
import static dev.etcdbackup.faults.Outcome.TARGET;

import java.util.List;
import java.util.function.Supplier;

/** The cases of a directory on a disk that is full after so many more bytes. */
final class DiskCases extends Cases {
  DiskCases() {
    super(Backend.Kind.DISK);
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
    full(Job.RESTORE, Snapshots.SMALL.length, TARGET); // copied, and not restored
  }

  private void full(Job job, int room, Outcome outcome) {
    Supplier<Trouble> trouble = () -> new FullDisk(room);
    add(job, "room for " + room + " bytes", "disk full", trouble, PATIENT, outcome);
  }
}
