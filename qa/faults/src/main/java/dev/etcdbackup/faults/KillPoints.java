package dev.etcdbackup.faults;

import static dev.etcdbackup.testkit.faults.Operation.COMPLETE_UPLOAD;
import static dev.etcdbackup.testkit.faults.Operation.CREATE_UPLOAD;
import static dev.etcdbackup.testkit.faults.Operation.DELETE;
import static dev.etcdbackup.testkit.faults.Operation.FIND;
import static dev.etcdbackup.testkit.faults.Operation.GET;
import static dev.etcdbackup.testkit.faults.Operation.LIST;
import static dev.etcdbackup.testkit.faults.Operation.PUT;
import static dev.etcdbackup.testkit.faults.Operation.SNAPSHOT;
import static dev.etcdbackup.testkit.faults.Operation.UPLOAD_PART;

import dev.etcdbackup.testkit.faults.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Points at which to kill a process, chosen by a seed among all that there are. */
final class KillPoints {
  static final int COUNT = 50;
  private static final long SEED = 9;

  private final Map<Job, List<Range>> ranges = new LinkedHashMap<>();

  /** One stage of a job, and how many bytes pass in it. */
  private record Range(Operation operation, int call, String of, boolean inReply, int bytes) {
    KillPoint at(Random random) {
      return new KillPoint(operation, call, of, inReply, bytes == 0 ? 0 : random.nextInt(bytes));
    }
  }

  /** A job and the point. */
  record Kill(Job job, KillPoint point) {}

  private KillPoints() {}

  static List<Kill> inDirectory() {
    KillPoints points = new KillPoints();
    points.request(Job.CREATE_SMALL, FIND, 1, 0);
    points.request(Job.CREATE_SMALL, SNAPSHOT, 1, Snapshots.SMALL.length);
    points.both(Job.CREATE_SMALL, PUT, 1, Snapshots.SMALL.length);
    points.request(Job.CREATE_LARGE, SNAPSHOT, 1, Snapshots.LARGE.length);
    points.request(Job.CREATE_LARGE, SNAPSHOT, 1, Snapshots.LARGE.length);
    points.both(Job.PRUNE, LIST, 1, 0);
    points.reply(Job.PRUNE, GET, 1, Snapshots.SMALL.length);
    points.both(Job.PRUNE, DELETE, 1, 0);
    points.both(Job.SCHEDULED_RUN, LIST, 1, 0);
    points.request(Job.SCHEDULED_RUN, SNAPSHOT, 1, Snapshots.SMALL.length);
    points.both(Job.SCHEDULED_RUN, PUT, 1, Snapshots.SMALL.length);
    points.both(Job.SCHEDULED_RUN, DELETE, 1, 0);
    points.reply(Job.GET, GET, 1, Snapshots.SMALL.length);
    points.reply(Job.RESTORE, GET, 1, Snapshots.SMALL.length);
    return points.choose();
  }

  static List<Kill> inS3() {
    KillPoints points = new KillPoints();
    for (int look = 1; look <= 3; look++) {
      points.both(Job.CREATE_SMALL, FIND, look, 0);
    }
    points.request(Job.CREATE_SMALL, SNAPSHOT, 1, Snapshots.SMALL.length);
    points.both(Job.CREATE_SMALL, PUT, 1, Snapshots.SMALL.length);
    for (int look = 1; look <= 4; look++) {
      points.both(Job.CREATE_LARGE, FIND, look, 0);
    }
    points.request(Job.CREATE_LARGE, SNAPSHOT, 1, Snapshots.LARGE.length);
    points.both(Job.CREATE_LARGE, CREATE_UPLOAD, 1, 0);
    points.part(1, Snapshots.PART_BYTES);
    points.part(2, Snapshots.PART_BYTES);
    points.part(3, Snapshots.LARGE.length - 2 * Snapshots.PART_BYTES);
    points.both(Job.CREATE_LARGE, COMPLETE_UPLOAD, 1, 0);
    points.both(Job.PRUNE, LIST, 1, 0);
    points.reply(Job.PRUNE, GET, 1, Snapshots.SMALL.length);
    points.both(Job.PRUNE, DELETE, 1, 0);
    points.both(Job.SCHEDULED_RUN, LIST, 1, 0);
    points.both(Job.SCHEDULED_RUN, PUT, 1, Snapshots.SMALL.length);
    points.both(Job.SCHEDULED_RUN, DELETE, 1, 0);
    points.reply(Job.GET, GET, 1, Snapshots.SMALL.length);
    points.reply(Job.RESTORE, GET, 1, Snapshots.SMALL.length);
    return points.choose();
  }

  private void part(int number, int bytes) {
    String of = "partNumber=" + number + '&';
    add(Job.CREATE_LARGE, new Range(UPLOAD_PART, 1, of, false, bytes));
    add(Job.CREATE_LARGE, new Range(UPLOAD_PART, 1, of, true, 0));
  }

  private void both(Job job, Operation operation, int call, int bytes) {
    request(job, operation, call, bytes);
    reply(job, operation, call, 0);
  }

  private void request(Job job, Operation operation, int call, int bytes) {
    add(job, new Range(operation, call, "", false, bytes));
  }

  private void reply(Job job, Operation operation, int call, int bytes) {
    add(job, new Range(operation, call, "", true, bytes));
  }

  private void add(Job job, Range range) {
    ranges.computeIfAbsent(job, k -> new ArrayList<>()).add(range);
  }

  /** One of each stage, and then any. */
  private List<Kill> choose() {
    Random random = new Random(SEED);
    Set<Kill> kills = new LinkedHashSet<>();
    ranges.forEach(
        (job, stages) -> stages.forEach(stage -> kills.add(new Kill(job, stage.at(random)))));
    List<Map.Entry<Job, List<Range>>> jobs = new ArrayList<>(ranges.entrySet());
    while (kills.size() < COUNT) {
      Map.Entry<Job, List<Range>> job = jobs.get(random.nextInt(jobs.size()));
      List<Range> stages = job.getValue();
      kills.add(new Kill(job.getKey(), stages.get(random.nextInt(stages.size())).at(random)));
    }
    return List.copyOf(kills);
  }
}
