package dev.etcdbackup.faults;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One case of the matrix: a job on some backend, with a fault injected at a position, and how it
 * may end.
 *
 * @param backend where
 * @param job what is being done
 * @param position at what call or byte
 * @param fault what goes wrong, in words
 * @param trouble makes it, anew for each run
 * @param allowed the right outcomes
 * @param requestTimeout how long a request may take: short where the fault is silence
 */
record Case(
    Backend.Kind backend,
    Job job,
    String position,
    String fault,
    Supplier<? extends Trouble> trouble,
    Set<Outcome> allowed,
    Duration requestTimeout) {
  Case {
    allowed = EnumSet.copyOf(allowed);
  }

  /** What tells it from every other case. */
  String name() {
    return backend + " | " + job + " | " + position + ": " + fault;
  }

  /** When the job has to have ended. */
  Duration deadline() {
    return requestTimeout.multipliedBy(3).plusSeconds(10);
  }

  /**
   * Whether an upload may be left: one whose begin was never answered, and one that cannot be
   * aborted because the server is not there.
   */
  boolean mayLeaveUpload() {
    boolean unheard =
        position.startsWith("CREATE_UPLOAD")
            && (position.contains("reply") || fault.contains("reply") || fault.contains("stall"));
    return unheard || (job == Job.CREATE_LARGE && fault.equals("refuse"));
  }
}
