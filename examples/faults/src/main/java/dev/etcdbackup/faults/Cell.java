package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.faults.Fault;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One cell of the matrix: a job on some ground, struck by a fault at a position, and how it may
 * end.
 *
 * @param ground where
 * @param job what is being done
 * @param strike makes the fault, anew for each run
 * @param allowed the right endings
 * @param requestTimeout how long a request may take: short where the fault is silence
 * @param atRest whether the fault strikes beforehand, when the newest backup is stored
 */
record Cell(
    Ground.Kind ground,
    Job job,
    Supplier<Fault> strike,
    Set<Ending> allowed,
    Duration requestTimeout,
    boolean atRest) {
  Cell {
    allowed = EnumSet.copyOf(allowed);
  }

  /** What tells it from every other cell. */
  String name() {
    return ground + " | " + job + " | " + fault();
  }

  /** The fault and its position, in words. */
  String fault() {
    return strike.get() + (atRest ? " (at rest)" : "");
  }

  /** When the job has to have ended. */
  Duration deadline() {
    return requestTimeout.multipliedBy(3).plusSeconds(10);
  }

  /**
   * Whether an upload may be left: one that the server began and of which nobody learned, and one
   * that cannot be aborted because the server is not there.
   */
  boolean mayLeaveUpload() {
    String text = fault();
    boolean unheard =
        text.startsWith("CREATE_UPLOAD") && (text.contains("reply") || text.contains("stall"));
    return unheard || (job == Job.CREATE_LARGE && text.endsWith("refuse"));
  }
}
