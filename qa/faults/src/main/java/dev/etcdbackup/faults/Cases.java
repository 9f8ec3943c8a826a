package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Outcome.CORRUPT;
import static dev.etcdbackup.faults.Outcome.DONE;
import static dev.etcdbackup.faults.Outcome.KILLED;
import static dev.etcdbackup.faults.Outcome.NOT_FOUND;
import static dev.etcdbackup.faults.Outcome.REFUSED;
import static dev.etcdbackup.faults.Outcome.SOURCE;
import static dev.etcdbackup.faults.Outcome.STORE;
import static dev.etcdbackup.faults.Outcome.UNKNOWN;

import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.Operation;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Cases of one backend, enumerated. To enumerate one twice is an error. */
abstract class Cases {
  /** How long a request may take where the fault is not silence. */
  static final Duration PATIENT = Duration.ofSeconds(10);

  /** And where it is. */
  static final Duration IMPATIENT = Duration.ofSeconds(2);

  static final List<Integer> FINAL = List.of(400, 403, 404, 409, 412);
  static final List<Integer> PASSING = List.of(429, 500, 503);

  /** The first byte, one in the middle and the last of a small snapshot. */
  static final List<Integer> BYTES =
      List.of(0, Snapshots.SMALL.length / 2, Snapshots.SMALL.length - 1);

  private final Map<String, Case> cases = new LinkedHashMap<>();
  private final Backend.Kind backend;

  Cases(Backend.Kind backend) {
    this.backend = backend;
  }

  final List<Case> list() {
    if (cases.isEmpty()) {
      enumerate();
    }
    return List.copyOf(cases.values());
  }

  abstract void enumerate();

  final Backend.Kind backend() {
    return backend;
  }

  /** The fault is over at once, or the server says that it failed. */
  final void add(
      Job job, FaultPoint point, Function<FaultPoint, Fault> strike, Outcome... allowed) {
    add(job, point, strike, PATIENT, allowed);
  }

  /** The fault is silence, which a timeout ends. */
  final void silent(
      Job job, FaultPoint point, Function<FaultPoint, Fault> strike, Outcome... allowed) {
    add(job, point, strike, IMPATIENT, allowed);
  }

  /** Two answers that say when to come again. */
  final void busy(Job job, FaultPoint point, Outcome... allowed) {
    Duration second = Duration.ofSeconds(1);
    add(job, point, p -> p.answer(429, "TooManyRequests", second), allowed);
    add(job, point, p -> p.answer(503, "SlowDown", second), allowed);
  }

  private void add(
      Job job,
      FaultPoint point,
      Function<FaultPoint, Fault> strike,
      Duration timeout,
      Outcome... allowed) {
    String text = strike.apply(point).toString();
    int colon = text.lastIndexOf(": ");
    add(
        job,
        text.substring(0, colon),
        text.substring(colon + 2),
        () -> new Scripted(strike.apply(point)),
        timeout,
        allowed);
  }

  /** Any trouble at all. */
  final void add(
      Job job,
      String position,
      String fault,
      Supplier<? extends Trouble> trouble,
      Duration timeout,
      Outcome... allowed) {
    Set<Outcome> outcomes = Set.copyOf(Arrays.asList(allowed));
    Case testCase = new Case(backend, job, position, fault, trouble, outcomes, timeout);
    if (cases.put(testCase.name(), testCase) != null) {
      throw new IllegalStateException("enumerated twice: " + testCase.name());
    }
  }

  /** The bytes of a snapshot fail on their way from the source. */
  final void sourceFails(Job job, FaultPoint snapshot, long position) {
    FaultPoint point = snapshot.afterBytes(position);
    add(job, point, FaultPoint::cut, SOURCE);
    add(job, point, FaultPoint::corrupt, SOURCE);
    silent(job, point, FaultPoint::stall, SOURCE);
  }

  /**
   * A byte of a reply is another one, of the first reply and, where a job reads what is not good
   * once more, of every one.
   */
  final void corrupt(Job job, FaultPoint get, int position) {
    FaultPoint reply = get.inReply().afterBytes(position);
    add(job, reply, FaultPoint::corrupt, job.readsAgain() ? DONE : CORRUPT);
    if (job.readsAgain()) {
      FaultPoint every = get.everyCall().inReply().afterBytes(position);
      add(job, every, FaultPoint::corrupt, CORRUPT);
    }
  }

  /** What reads of the newest backup see when it was damaged in the store. */
  final void damaged() {
    for (Job job : List.of(Job.GET, Job.VERIFY, Job.RESTORE, Job.PRUNE)) {
      for (StoredDamage damage : StoredDamage.values()) {
        for (int position : BYTES) {
          String text = position == 0 ? "at rest" : "at rest, after " + position + " bytes";
          Supplier<Trouble> trouble =
              () -> new Damaged(damage, Snapshots.newestKey(), length -> position);
          add(job, text, damage.toString(), trouble, PATIENT, CORRUPT);
        }
      }
    }
  }

  /** Backups that are compressed and encrypted: the source, the store, and damage at rest. */
  final void encoded() {
    FaultPoint snapshot = Faults.on(Operation.SNAPSHOT);
    add(Job.CREATE_ENCODED, snapshot, FaultPoint::refuse, SOURCE);
    for (int position : BYTES) {
      sourceFails(Job.CREATE_ENCODED, snapshot, position);
    }
    FaultPoint put = Faults.on(Operation.PUT).everyCall();
    add(Job.CREATE_ENCODED, put, p -> p.answer(403), STORE);
    silent(Job.CREATE_ENCODED, put, FaultPoint::stall, STORE, UNKNOWN);
    for (Job job : List.of(Job.GET_ENCODED, Job.VERIFY_ENCODED)) {
      FaultPoint get = Faults.on(Operation.GET).everyCall();
      add(job, get, p -> p.answer(403), STORE);
      FaultPoint reply = get.inReply().afterBytes(2000);
      add(job, reply, FaultPoint::cut, STORE);
      add(job, reply, FaultPoint::corrupt, CORRUPT);
      silent(job, reply, FaultPoint::stall, STORE);
      for (StoredDamage damage : StoredDamage.values()) {
        damaged(job, damage, "at the first byte", length -> 0);
        damaged(job, damage, "in the middle", length -> length / 2);
        damaged(job, damage, "in the last 16 bytes", length -> length - 16);
      }
    }
  }

  private void damaged(Job job, StoredDamage damage, String position, Damaged.Where where) {
    Supplier<Trouble> trouble = () -> new Damaged(damage, Snapshots.encodedKey(), where);
    add(job, "at rest, " + position, damage.toString(), trouble, PATIENT, CORRUPT);
  }

  /** Another writer takes the name while a request waits, and while its answer waits. */
  final void meddled(Job job, FaultPoint point, Outcome before, Outcome after) {
    meddled(job, Meddling.TAKES_THE_NAME, point, before);
    meddled(job, Meddling.TAKES_THE_NAME, point.inReply(), after);
  }

  final void meddled(Job job, Meddling meddling, FaultPoint point, Outcome... outcomes) {
    String text = point.stall().toString();
    String position = text.substring(0, text.lastIndexOf(": "));
    add(job, position, meddling.toString(), () -> new Meddled(meddling, point), PATIENT, outcomes);
  }

  /**
   * The list is of before, of after or of in between; nothing that was there all the time lacks.
   */
  final void othersStoreAndDelete() {
    FaultPoint list = Faults.on(Operation.LIST);
    for (FaultPoint point : List.of(list, list.inReply())) {
      meddled(Job.LIST, Meddling.STORES_AND_DELETES, point, DONE);
      meddled(Job.PRUNE, Meddling.STORES_AND_DELETES, point, DONE);
      meddled(Job.SCHEDULED_RUN, Meddling.STORES_AND_DELETES, point, DONE);
    }
    FaultPoint delete = Faults.on(Operation.DELETE);
    meddled(Job.PRUNE, Meddling.STORES_AND_DELETES, delete, DONE);
    meddled(Job.PRUNE, Meddling.STORES_AND_DELETES, delete.inReply(), DONE);
    meddled(Job.PRUNE, Meddling.STORES_AND_DELETES, Faults.on(Operation.GET), DONE);
  }

  /** The process is killed in the midst of its work. */
  final void killed(List<KillPoints.Kill> kills) {
    for (KillPoints.Kill kill : kills) {
      Supplier<Trouble> trouble = () -> new Killed(kill.point());
      add(kill.job(), kill.point().toString(), "kill -9", trouble, PATIENT, KILLED);
    }
  }

  /** The outcomes of an answer that is final, when a backup is read. */
  static Outcome readAnswered(int status) {
    return status == 404 || status == 412 ? NOT_FOUND : STORE;
  }

  static Outcome[] outcomes(Outcome... outcomes) {
    return outcomes;
  }

  /** How a failed deletion ends: a prune throws, a scheduled run tells its listener. */
  static Outcome[] notDeleted(Job job) {
    return job == Job.PRUNE ? outcomes(STORE, UNKNOWN) : outcomes(REFUSED);
  }

  /** How a listing that fails ends a job. */
  static Outcome[] notListed(Job job) {
    return job == Job.SCHEDULED_RUN ? outcomes(STORE, REFUSED, DONE) : outcomes(STORE);
  }
}
