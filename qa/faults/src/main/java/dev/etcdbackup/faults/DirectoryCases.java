package dev.etcdbackup.faults;

import static dev.etcdbackup.faults.Outcome.DONE;
import static dev.etcdbackup.faults.Outcome.NOT_FOUND;
import static dev.etcdbackup.faults.Outcome.SOURCE;
import static dev.etcdbackup.faults.Outcome.STORE;
import static dev.etcdbackup.faults.Outcome.UNKNOWN;
import static dev.etcdbackup.testkit.faults.Operation.DELETE;
import static dev.etcdbackup.testkit.faults.Operation.FIND;
import static dev.etcdbackup.testkit.faults.Operation.GET;
import static dev.etcdbackup.testkit.faults.Operation.LIST;
import static dev.etcdbackup.testkit.faults.Operation.PUT;
import static dev.etcdbackup.testkit.faults.Operation.SNAPSHOT;

import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import java.util.List;

/** The cases of a directory: its source, and a disk that fails its calls. */
final class DirectoryCases extends Cases {
  DirectoryCases() {
    super(Backend.Kind.DIRECTORY);
  }

  @Override
  void enumerate() {
    sources(Job.CREATE_SMALL, Snapshots.SMALL.length);
    sources(Job.CREATE_LARGE, Snapshots.LARGE.length);
    sources(Job.SCHEDULED_RUN, Snapshots.SMALL.length);
    commits(Job.CREATE_SMALL);
    commits(Job.SCHEDULED_RUN);
    List.of(Job.GET, Job.VERIFY, Job.RESTORE, Job.PRUNE).forEach(this::reads);
    looks();
    deletions(Job.PRUNE);
    deletions(Job.SCHEDULED_RUN);
    damaged();
    encoded();
    for (int position : BYTES) {
      FaultPoint stream = Faults.on(SNAPSHOT).afterBytes(position);
      meddled(Job.CREATE_SMALL, Meddling.TAKES_THE_NAME, stream, Outcome.EXISTS);
    }
    meddled(Job.CREATE_SMALL, Faults.on(FIND), DONE, Outcome.EXISTS);
    meddled(Job.CREATE_SMALL, Faults.on(PUT), Outcome.EXISTS, DONE);
    othersStoreAndDelete();
    killed(KillPoints.inDirectory());
  }

  private void sources(Job job, int size) {
    FaultPoint snapshot = Faults.on(SNAPSHOT);
    add(job, snapshot, FaultPoint::refuse, SOURCE);
    for (int position : new int[] {0, size / 2, size - 1}) {
      FaultPoint point = snapshot.afterBytes(position);
      sourceFails(job, snapshot, position);
      add(job, point, FaultPoint::reset, SOURCE);
      add(job, point, FaultPoint::garbage, SOURCE);
      add(job, point, FaultPoint::halfClose, SOURCE);
      silent(job, point, FaultPoint::slow, position == size - 1 ? DONE : SOURCE);
    }
  }

  private void commits(Job job) {
    FaultPoint put = Faults.on(PUT);
    for (int position : BYTES) {
      add(job, put.afterBytes(position), FaultPoint::cut, STORE);
      silent(job, put.afterBytes(position), FaultPoint::stall, STORE);
    }
    add(job, put, p -> p.answer(503), STORE);
    add(job, put, p -> p.answer(403), STORE);
    add(job, put, FaultPoint::loseReply, UNKNOWN);
    silent(job, put.inReply(), FaultPoint::stall, UNKNOWN);
    add(job, Faults.on(FIND), p -> p.answer(403), STORE);
    silent(job, Faults.on(FIND), FaultPoint::stall, STORE);
  }

  private void reads(Job job) {
    FaultPoint get = Faults.on(GET);
    add(job, get, p -> p.answer(403), STORE);
    add(job, get, p -> p.answer(404), NOT_FOUND);
    add(job, get, FaultPoint::cut, STORE);
    silent(job, get, FaultPoint::stall, STORE);
    for (int position : BYTES) {
      FaultPoint point = get.inReply().afterBytes(position);
      add(job, point, FaultPoint::cut, STORE);
      corrupt(job, get, position);
      silent(job, point, FaultPoint::stall, STORE);
    }
  }

  private void looks() {
    for (Job job : List.of(Job.GET, Job.RESTORE)) {
      add(job, Faults.on(FIND), p -> p.answer(403), STORE);
      add(job, Faults.on(FIND), p -> p.answer(404), NOT_FOUND);
      add(job, Faults.on(FIND), FaultPoint::wrongETag, NOT_FOUND);
    }
    for (Job job : List.of(Job.LIST, Job.PRUNE)) {
      add(job, Faults.on(LIST), p -> p.answer(403), STORE);
      add(job, Faults.on(LIST), FaultPoint::cut, STORE);
      add(job, Faults.on(LIST).inReply(), FaultPoint::cut, STORE);
    }
  }

  private void deletions(Job job) {
    FaultPoint delete = Faults.on(DELETE);
    add(job, delete, p -> p.answer(403), notDeleted(job));
    add(job, delete, FaultPoint::cut, notDeleted(job));
    add(job, delete, FaultPoint::loseReply, notDeleted(job));
  }
}
