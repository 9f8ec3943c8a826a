package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Ending.DONE;
import static dev.etcdbackup.faults.Ending.SOURCE;
import static dev.etcdbackup.testkit.faults.Operation.CONNECTION;

import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import java.util.List;

/** The cells of a real etcd behind a proxy that knows nothing but connections. */
final class EtcdCells extends Cells {
  /** More than this much comes from etcd for one snapshot. */
  static final int SNAPSHOT_BYTES = 2_000_000;

  EtcdCells() {
    super(Ground.Kind.ETCD);
  }

  @Override
  void enumerate() {
    for (Job job : List.of(Job.CREATE_SMALL, Job.SCHEDULED_RUN)) {
      FaultPoint every = Faults.on(CONNECTION).everyCall();
      add(job, Faults.on(CONNECTION), FaultPoint::refuse, SOURCE);
      fails(job, every, SOURCE);
      fails(job, every.afterBytes(100), SOURCE, DONE); // some byte of a header may not matter
      for (int position : new int[] {0, SNAPSHOT_BYTES / 2, SNAPSHOT_BYTES - 1}) {
        FaultPoint reply = every.inReply().afterBytes(position);
        fails(job, reply, SOURCE);
        silent(job, reply, FaultPoint::slow, SOURCE, DONE);
      }
    }
  }

  private void fails(Job job, FaultPoint point, Ending... ending) {
    add(job, point, FaultPoint::cut, ending);
    add(job, point, FaultPoint::reset, ending);
    add(job, point, FaultPoint::halfClose, ending);
    add(job, point, FaultPoint::garbage, ending);
    add(job, point, FaultPoint::corrupt, ending);
    silent(job, point, FaultPoint::stall, ending);
  }
}
