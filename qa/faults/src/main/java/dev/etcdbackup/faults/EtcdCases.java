package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Outcome.DONE;
import static dev.etcdbackup.faults.Outcome.SOURCE;
import static dev.etcdbackup.testkit.faults.Operation.CONNECTION;

import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The cases of a real etcd behind a proxy that knows nothing but connections. */
final class EtcdCases extends Cases {
  /** More than this much comes from etcd for one snapshot. */
  static final int SNAPSHOT_BYTES = 2_000_000;

  EtcdCases() {
    super(Backend.Kind.ETCD);
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
    events();
  }

  /** What happens to real members while one of them streams. */
  private void events() {
    for (EtcdEvent event : EtcdEvent.values()) {
      for (Job job : List.of(Job.CREATE_SMALL, Job.SCHEDULED_RUN)) {
        for (int position : new int[] {0, Members.BYTES / 2, Members.BYTES}) {
          Supplier<Trouble> trouble = () -> new EtcdTrouble(event, position);
          String text = "snapshot" + (position == 0 ? "" : ", after " + position + " bytes");
          Duration timeout = event == EtcdEvent.PAUSED ? IMPATIENT : PATIENT;
          add(job, text, event.toString(), trouble, timeout, outcomes(event, position));
        }
      }
    }
  }

  private static Outcome[] outcomes(EtcdEvent event, int position) {
    boolean late = position == Members.BYTES; // the rest may have been on its way
    return switch (event) {
      case KILLED, PAUSED -> late ? outcomes(SOURCE, DONE) : outcomes(SOURCE);
      case MEMBER_REMOVED -> outcomes(SOURCE, DONE); // it ends some time later
      case COMPACTED, DEFRAGMENTED, LEADER_MOVED, LEADER_KILLED, QUORUM_LOST -> outcomes(DONE);
    };
  }

  private void fails(Job job, FaultPoint point, Outcome... outcome) {
    add(job, point, FaultPoint::cut, outcome);
    add(job, point, FaultPoint::reset, outcome);
    add(job, point, FaultPoint::halfClose, outcome);
    add(job, point, FaultPoint::garbage, outcome);
    add(job, point, FaultPoint::corrupt, outcome);
    silent(job, point, FaultPoint::stall, outcome);
  }
}
