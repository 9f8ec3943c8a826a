package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.s3.S3Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A process that does a job and is killed over it. */
public final class Victim {
  /** What it says when it has come to the point and stays there. */
  static final String REACHED = "reached";

  /** Longer than any caller waits. */
  private static final Duration LONG = Duration.ofMinutes(2);

  private Victim() {}

  /**
   * Does the job.
   *
   * @param arguments backend, job, directory for files, five words for the point, and then the
   *     store's directory or its bucket and prefix; the server and its credentials are in the
   *     environment
   * @throws Exception when the store cannot be had
   */
  public static void main(String[] arguments) throws Exception {
    Backend.Kind kind = Backend.Kind.valueOf(arguments[0]);
    Job job = Job.valueOf(arguments[1]);
    Path directory = Path.of(arguments[2]);
    Optional<Fault> fault = KillPoint.parse(List.of(arguments).subList(3, 8)).map(KillPoint::fault);
    Case testCase = new Case(kind, job, "", "", () -> null, Set.of(Outcome.DONE), LONG);
    fault.ifPresent(Victim::tellWhenFired);
    try (Backend backend = backend(kind, fault, List.of(arguments).subList(8, arguments.length))) {
      Work.Done done = new Work(testCase, backend, directory, Snapshots.of(job)).run();
      System.out.println(done);
    }
  }

  private static Backend backend(Backend.Kind kind, Optional<Fault> fault, List<String> place)
      throws Exception {
    if (kind == Backend.Kind.DIRECTORY) {
      Path store = Path.of(place.get(0));
      return TestServers.directory(store, fault.orElseThrow());
    }
    S3Site site = new S3Site(S3Server.ceph(), place.get(0));
    return new S3Backend(site, place.get(1), null, fault.orElse(null), LONG);
  }

  private static void tellWhenFired(Fault fault) {
    Thread teller =
        new Thread(
            () -> {
              try {
                fault.awaitFired(1, LONG);
                System.out.println(REACHED);
              } catch (Exception e) {
                System.out.println(e);
              }
            });
    teller.setDaemon(true);
    teller.start();
  }
}
