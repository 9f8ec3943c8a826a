package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Outcome.CORRUPT;
import static dev.etcdbackup.faults.Outcome.DONE;
import static dev.etcdbackup.faults.Outcome.EXISTS;
import static dev.etcdbackup.faults.Outcome.NOT_FOUND;
import static dev.etcdbackup.faults.Outcome.STORE;
import static dev.etcdbackup.faults.Outcome.UNKNOWN;
import static dev.etcdbackup.testkit.faults.Operation.COMPLETE_UPLOAD;
import static dev.etcdbackup.testkit.faults.Operation.CREATE_UPLOAD;
import static dev.etcdbackup.testkit.faults.Operation.DELETE;
import static dev.etcdbackup.testkit.faults.Operation.FIND;
import static dev.etcdbackup.testkit.faults.Operation.GET;
import static dev.etcdbackup.testkit.faults.Operation.LIST;
import static dev.etcdbackup.testkit.faults.Operation.PUT;
import static dev.etcdbackup.testkit.faults.Operation.SNAPSHOT;
import static dev.etcdbackup.testkit.faults.Operation.UPLOAD_PART;

import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.Operation;
import java.util.List;
import java.util.function.Supplier;

/** The cases of an S3 server, one request after the other. */
final class S3Cases extends Cases {
  private static final int MIDDLE_OF_PART = Snapshots.PART_BYTES / 2;

  S3Cases(Backend.Kind backend) {
    super(backend);
  }

  @Override
  void enumerate() {
    create(Job.CREATE_SMALL, PUT, 3);
    create(Job.CREATE_LARGE, COMPLETE_UPLOAD, 4);
    body();
    upload();
    parts();
    sources();
    list(Job.LIST);
    found(Job.GET);
    found(Job.RESTORE);
    got(Job.GET);
    ranges();
    got(Job.VERIFY);
    got(Job.RESTORE);
    got(Job.PRUNE);
    list(Job.PRUNE);
    delete(Job.PRUNE);
    scheduled();
    damaged();
    encoded();
    denied();
    reallyDenied();
    meddled();
    killed(KillPoints.inS3());
  }

  /** What a real server refuses. */
  private void reallyDenied() {
    for (Denial denial : Denial.values()) {
      for (Job job : Job.values()) {
        if (denial == Denial.READ_ONLY && backend() == Backend.Kind.S3PROXY) {
          continue; // it knows no policies
        }
        Supplier<Trouble> trouble = () -> new Denied(denial);
        add(
            job,
            "the server's own answer",
            denial.toString(),
            trouble,
            PATIENT,
            denied(denial, job));
      }
    }
  }

  private static Outcome[] denied(Denial denial, Job job) {
    boolean reads = job.reads();
    return switch (denial) {
      case CLOCK -> outcomes(DONE); // the client sets its clock by the answer
      case READ_ONLY ->
          outcomes(reads || job == Job.LIST ? DONE : job == Job.PRUNE ? Outcome.REFUSED : STORE);
      case NO_BUCKET, UNKNOWN_KEY, WRONG_SECRET -> outcomes(STORE);
    };
  }

  /** Another writer uses the same place. */
  private void meddled() {
    for (Job job : List.of(Job.CREATE_SMALL, Job.CREATE_LARGE)) {
      meddled(job, Faults.on(FIND), DONE, EXISTS); // the first look chooses the name
      meddled(job, Faults.on(FIND).call(2), EXISTS, EXISTS);
    }
    meddled(Job.CREATE_SMALL, Faults.on(PUT), EXISTS, DONE);
    for (Operation operation : List.of(CREATE_UPLOAD, UPLOAD_PART)) {
      meddled(Job.CREATE_LARGE, Faults.on(operation), EXISTS, EXISTS);
    }
    FaultPoint look = Faults.on(FIND).call(3);
    FaultPoint complete = Faults.on(COMPLETE_UPLOAD);
    meddled(Job.CREATE_LARGE, Meddling.TAKES_THE_NAME, look, EXISTS);
    meddled(Job.CREATE_LARGE, Meddling.TAKES_THE_NAME, complete.inReply(), DONE);
    for (FaultPoint point : List.of(look.inReply(), complete)) {
      if (backend() == Backend.Kind.RGW) { // 16 and 18 ignore the condition of the completion
        meddled(Job.CREATE_LARGE, Meddling.TAKES_THE_NAME_OF_ANOTHER, point, EXISTS, DONE);
      } else {
        meddled(Job.CREATE_LARGE, Meddling.TAKES_THE_NAME, point, EXISTS);
      }
    }
    for (int page = 1; page <= 2; page++) {
      FaultPoint list = Faults.on(LIST).call(page);
      meddled(Job.LIST, Meddling.ON_PAGES, list, DONE);
      meddled(Job.LIST, Meddling.ON_PAGES, list.inReply(), DONE);
    }
    othersStoreAndDelete();
  }

  /** Credentials that expire midway, clocks that differ, a quota that is used up. */
  private void denied() {
    FaultPoint fromSecondPart = Faults.on(UPLOAD_PART).fromCall(2);
    for (String code : List.of("ExpiredToken", "RequestTimeTooSkewed", "QuotaExceeded")) {
      add(Job.CREATE_LARGE, fromSecondPart, p -> p.answer(403, code), STORE);
      for (Operation operation : List.of(COMPLETE_UPLOAD, CREATE_UPLOAD)) {
        FaultPoint every = Faults.on(operation).everyCall();
        add(Job.CREATE_LARGE, every, p -> p.answer(403, code), STORE);
      }
      add(Job.CREATE_SMALL, Faults.on(PUT).everyCall(), p -> p.answer(403, code), STORE);
      add(Job.LIST, Faults.on(LIST).everyCall(), p -> p.answer(403, code), STORE);
      add(Job.GET, Faults.on(GET).everyCall(), p -> p.answer(403, code), STORE);
      add(
          Job.PRUNE,
          Faults.on(DELETE).everyCall(),
          p -> p.answer(403, code),
          notDeleted(Job.PRUNE));
    }
  }

  /** The look before, the commit, and the look after it. */
  private void create(Job job, Operation commit, int looks) {
    for (int look = 1; look <= looks; look++) {
      look(job, Faults.on(FIND).call(look), Faults.on(FIND).fromCall(look), look == looks);
    }
    FaultPoint point = Faults.on(commit);
    answers(job, point, STORE);
    for (int status : PASSING) {
      add(job, point.everyCall(), p -> p.answer(status), status == 500 ? UNKNOWN : STORE);
    }
    busy(job, point.everyCall(), STORE);
    breaks(job, point);
    add(job, point.everyCall(), FaultPoint::cut, UNKNOWN);
    add(job, point.everyCall(), FaultPoint::reset, UNKNOWN);
    add(job, point, FaultPoint::refuse, UNKNOWN);
    silent(job, point, FaultPoint::stall, UNKNOWN);
    silent(job, point.inReply(), FaultPoint::stall, DONE);
    add(job, point, FaultPoint::loseReply, DONE);
    add(job, point.everyCall(), FaultPoint::loseReply, DONE);
    add(job, point.inReply(), FaultPoint::reset, DONE);
    add(job, point.inReply(), FaultPoint::garbage, DONE);
    add(job, point, FaultPoint::wrongETag, DONE);
    if (commit == COMPLETE_UPLOAD) {
      add(job, point, FaultPoint::emptyETag, DONE);
      add(job, point.inReply().afterBytes(20), FaultPoint::cut, DONE);
      add(job, point.inReply().afterBytes(20), FaultPoint::corrupt, DONE);
    }
  }

  private void look(Job job, FaultPoint once, FaultPoint always, boolean afterCommit) {
    Outcome failed = afterCommit ? UNKNOWN : STORE;
    for (int status : FINAL) {
      boolean free = status == 404 && !afterCommit; // as it is
      add(job, once, p -> p.answer(status), free ? DONE : failed);
    }
    for (int status : PASSING) {
      add(job, once, p -> p.answer(status), DONE);
    }
    add(job, once, FaultPoint::cut, DONE);
    add(job, once, FaultPoint::garbage, DONE);
    add(job, always, p -> p.answer(503), failed);
    add(job, always, FaultPoint::reset, failed);
    add(job, once, FaultPoint::refuse, failed);
    silent(job, once, FaultPoint::stall, failed);
  }

  /** The body of a small backup, byte by byte. */
  private void body() {
    Job job = Job.CREATE_SMALL;
    for (int position : BYTES) {
      FaultPoint point = Faults.on(PUT).afterBytes(position);
      if (position > 0) {
        breaks(job, point);
        silent(job, point, FaultPoint::stall, UNKNOWN);
      }
      add(job, point, FaultPoint::corrupt, STORE);
      boolean last = position == Snapshots.SMALL.length - 1;
      silent(job, point, FaultPoint::slow, last ? DONE : UNKNOWN);
    }
  }

  private void upload() {
    Job job = Job.CREATE_LARGE;
    FaultPoint point = Faults.on(CREATE_UPLOAD);
    answers(job, point, STORE);
    forGood(job, point, STORE);
    breaks(job, point);
    silent(job, point, FaultPoint::stall, STORE);
    silent(job, point.inReply(), FaultPoint::stall, STORE);
    add(job, point, FaultPoint::loseReply, DONE);
    add(job, point.inReply().afterBytes(20), FaultPoint::cut, DONE, STORE);
    add(job, point.inReply().afterBytes(20), FaultPoint::corrupt, DONE, STORE);
  }

  private void parts() {
    Job job = Job.CREATE_LARGE;
    for (int call = 1; call <= 3; call++) {
      FaultPoint point = Faults.on(UPLOAD_PART).call(call);
      answers(job, point, STORE);
      breaks(job, point);
      add(job, point, FaultPoint::corrupt, STORE);
      add(job, point, FaultPoint::loseReply, DONE);
      add(job, point, FaultPoint::emptyETag, STORE, DONE);
      add(job, point, FaultPoint::wrongETag, STORE, DONE);
      silent(job, point, FaultPoint::stall, STORE);
      silent(job, point, FaultPoint::slow, STORE);
    }
    FaultPoint first = Faults.on(UPLOAD_PART);
    FaultPoint full = first.of("partNumber=1&"); // the parts come in any order, the last is small
    for (long position : List.of(MIDDLE_OF_PART, Snapshots.PART_BYTES - 1)) {
      add(job, full.afterBytes(position), FaultPoint::cut, DONE);
      add(job, full.afterBytes(position), FaultPoint::corrupt, STORE);
    }
    forGood(job, first, STORE);
  }

  private void sources() {
    FaultPoint snapshot = Faults.on(SNAPSHOT);
    for (int position : BYTES) {
      sourceFails(Job.CREATE_SMALL, snapshot, position);
    }
    int end = Snapshots.LARGE.length - 1;
    for (int position : new int[] {0, end / 2, end}) {
      sourceFails(Job.CREATE_LARGE, snapshot, position);
    }
  }

  private void list(Job job) {
    FaultPoint point = Faults.on(LIST);
    answers(job, point, STORE);
    forGood(job, point, STORE);
    breaks(job, point);
    silent(job, point, FaultPoint::stall, STORE);
    add(job, point, FaultPoint::loseReply, DONE);
    if (job == Job.LIST) {
      add(job, point, FaultPoint::wrongETag, DONE);
    } else {
      add(job, point, FaultPoint::wrongETag, NOT_FOUND);
    }
    add(job, point, FaultPoint::emptyETag, DONE);
    for (int position : new int[] {0, 300, 900}) {
      FaultPoint reply = point.inReply().afterBytes(position);
      add(job, reply, FaultPoint::cut, DONE, STORE);
      add(job, reply, FaultPoint::reset, DONE, STORE);
      add(job, reply, FaultPoint::garbage, DONE, STORE);
      add(job, reply, FaultPoint::corrupt, DONE, STORE);
      silent(job, reply, FaultPoint::stall, STORE);
    }
    silent(job, point.inReply(), FaultPoint::slow, DONE, STORE);
  }

  private void found(Job job) {
    FaultPoint point = Faults.on(FIND);
    for (int status : FINAL) {
      add(job, point, p -> p.answer(status), status == 404 ? NOT_FOUND : STORE);
    }
    passing(job, point);
    forGood(job, point, STORE);
    breaks(job, point);
    silent(job, point, FaultPoint::stall, STORE);
    add(job, point, FaultPoint::loseReply, DONE);
    add(job, point, FaultPoint::wrongETag, NOT_FOUND);
    add(job, point, FaultPoint::emptyETag, DONE);
  }

  private void got(Job job) {
    FaultPoint point = Faults.on(GET);
    for (int status : FINAL) {
      add(job, point, p -> p.answer(status), readAnswered(status));
    }
    passing(job, point);
    forGood(job, point, STORE);
    breaks(job, point);
    silent(job, point, FaultPoint::stall, STORE);
    add(job, point, FaultPoint::loseReply, DONE);
    add(job, point, FaultPoint::wrongETag, NOT_FOUND);
    for (int position : BYTES) {
      FaultPoint reply = point.inReply().afterBytes(position);
      Outcome broken = position == 0 ? DONE : STORE;
      add(job, reply, FaultPoint::cut, broken);
      add(job, reply, FaultPoint::reset, broken);
      Outcome garbage = position == 0 || job.readsAgain() ? DONE : CORRUPT;
      add(job, reply, FaultPoint::garbage, broken, garbage);
      corrupt(job, point, position);
      silent(job, reply, FaultPoint::stall, STORE);
      boolean last = position == Snapshots.SMALL.length - 1;
      silent(job, reply, FaultPoint::slow, last ? DONE : STORE);
    }
  }

  /** A large backup is read in ranges, some of them ahead. */
  private void ranges() {
    Job job = Job.GET_LARGE;
    for (int call = 1; call <= 3; call++) {
      FaultPoint point = Faults.on(GET).call(call);
      for (int status : FINAL) {
        add(job, point, p -> p.answer(status), readAnswered(status));
      }
      add(job, point, p -> p.answer(503), DONE);
      breaks(job, point);
      silent(job, point, FaultPoint::stall, STORE);
      FaultPoint reply = point.inReply().afterBytes(1 << 20);
      add(job, reply, FaultPoint::cut, STORE);
      add(job, reply, FaultPoint::reset, STORE);
      add(job, reply, FaultPoint::corrupt, CORRUPT);
      silent(job, reply, FaultPoint::stall, STORE);
      silent(job, reply, FaultPoint::slow, STORE);
    }
  }

  private void delete(Job job) {
    FaultPoint point = Faults.on(DELETE);
    for (int status : FINAL) {
      add(job, point, p -> p.answer(status), notDeleted(job));
    }
    passing(job, point);
    for (int status : PASSING) {
      add(job, point.everyCall(), p -> p.answer(status), notDeleted(job));
    }
    add(job, point.everyCall(), FaultPoint::cut, notDeleted(job));
    add(job, point.everyCall(), FaultPoint::loseReply, notDeleted(job));
    add(job, point, FaultPoint::refuse, notDeleted(job));
    breaks(job, point);
    silent(job, point, FaultPoint::stall, notDeleted(job));
    silent(job, point.inReply(), FaultPoint::stall, notDeleted(job));
    add(job, point, FaultPoint::loseReply, DONE);
    add(job, point.inReply().afterBytes(40), FaultPoint::cut, DONE, STORE, Outcome.REFUSED);
    add(job, point.inReply().afterBytes(40), FaultPoint::corrupt, DONE, STORE, Outcome.REFUSED);
  }

  private void scheduled() {
    Job job = Job.SCHEDULED_RUN;
    FaultPoint put = Faults.on(PUT);
    answers(job, put, STORE);
    breaks(job, put);
    add(job, put, FaultPoint::loseReply, DONE);
    add(job, put.everyCall(), FaultPoint::cut, UNKNOWN);
    silent(job, put, FaultPoint::stall, UNKNOWN);
    for (int call = 1; call <= 2; call++) { // before the backup, and before the deletion
      FaultPoint point = Faults.on(LIST).call(call);
      add(job, point, p -> p.answer(403), notListed(job));
      add(job, point, p -> p.answer(503), DONE);
      add(job, point, FaultPoint::cut, DONE);
      silent(job, point, FaultPoint::stall, notListed(job));
    }
    delete(job);
  }

  /** Every answer, once. */
  private void answers(Job job, FaultPoint point, Outcome refused) {
    for (int status : FINAL) {
      add(job, point, p -> p.answer(status), refused);
    }
    passing(job, point);
  }

  private void passing(Job job, FaultPoint point) {
    for (int status : PASSING) {
      add(job, point, p -> p.answer(status), DONE);
    }
    busy(job, point, DONE);
  }

  /** The connection fails once, and a repetition mends it. */
  private void breaks(Job job, FaultPoint point) {
    add(job, point, FaultPoint::cut, DONE);
    add(job, point, FaultPoint::reset, DONE);
    add(job, point, FaultPoint::halfClose, DONE);
    add(job, point, FaultPoint::garbage, DONE);
  }

  /** It fails however often it is repeated. */
  private void forGood(Job job, FaultPoint point, Outcome failed) {
    for (int status : PASSING) {
      add(job, point.everyCall(), p -> p.answer(status), failed);
    }
    add(job, point.everyCall(), FaultPoint::cut, failed);
    add(job, point.everyCall(), FaultPoint::reset, failed);
    add(job, point.everyCall(), FaultPoint::garbage, failed);
    add(job, point, FaultPoint::refuse, failed);
  }
}
