package dev.etcdbackup.etcd;

import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a member said of itself.
 *
 * @param member the member
 * @param status its answer; null when there is none
 * @param problem why no snapshot can come from it; null when one can
 */
record Probe(EtcdMember member, @Nullable StatusResponse status, @Nullable String problem) {
  /** What gRPC needs to report a deadline before the wait for it is given up. */
  private static final Duration GRACE = Duration.ofMillis(500);

  /**
   * Asks all members at once: a thread each, since looking up a host name blocks.
   *
   * @return the answers in the order of the members
   * @throws SourceException when the thread is interrupted
   */
  static List<Probe> all(List<EtcdMember> members, CallDeadlines limits, Duration probeTimeout)
      throws SourceException {
    Duration timeout = limits.atMost(probeTimeout);
    String late = "no answer within " + CallDeadlines.text(limits.allowed(probeTimeout));
    ExecutorService threads = Executors.newFixedThreadPool(members.size(), Probe::newThread);
    try {
      List<Future<Probe>> answers =
          threads.invokeAll(
              members.stream().map(m -> (Callable<Probe>) () -> ask(m, timeout, late)).toList(),
              timeout.plus(GRACE).toNanos(),
              TimeUnit.NANOSECONDS);
      List<Probe> probes = new ArrayList<>();
      for (int i = 0; i < members.size(); i++) {
        probes.add(result(members.get(i), answers.get(i), late));
      }
      return probes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceException("interrupted while asking the members of etcd who they are", e);
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Picks the member with the highest revision, the first of several.
   *
   * @throws SourceException when there is none to pick, or the endpoints are of different clusters
   */
  static Probe choose(List<Probe> probes) throws SourceException {
    requireOneCluster(probes.stream().filter(p -> p.status != null).toList());
    return probes.stream()
        .filter(p -> p.problem == null)
        .max(Comparator.comparingLong(p -> p.header().getRevision()))
        .orElseThrow(() -> new SourceException("no snapshot can be had: " + problems(probes)));
  }

  /** What is known of a snapshot from this member. */
  SnapshotInfo info() {
    return new SnapshotInfo(
        endpoint().toString(),
        header().getRevision(),
        header().getClusterId(),
        header().getMemberId(),
        answer().getVersion());
  }

  private static Probe ask(EtcdMember member, Duration timeout, String late) {
    try {
      StatusResponse status = member.status(timeout);
      return new Probe(member, status, status.getIsLearner() ? "is a learner" : null);
    } catch (StatusRuntimeException e) {
      String problem = EtcdStatus.explain(e.getStatus(), late);
      boolean closed = problem.equals(EtcdStatus.CLOSED);
      return new Probe(member, null, closed ? problem + "; TLS at one end only?" : problem);
    }
  }

  private static Probe result(EtcdMember member, Future<Probe> answer, String late)
      throws InterruptedException {
    try {
      return answer.get();
    } catch (CancellationException e) {
      return new Probe(member, null, late);
    } catch (ExecutionException e) {
      return new Probe(member, null, String.valueOf(e.getCause()));
    }
  }

  private static void requireOneCluster(List<Probe> answered) throws SourceException {
    if (answered.stream().map(p -> p.header().getClusterId()).distinct().count() > 1) {
      throw new SourceException(
          "the endpoints belong to different clusters: "
              + answered.stream()
                  .map(p -> p.endpoint() + " to " + hex(p.header().getClusterId()))
                  .collect(Collectors.joining(", ")));
    }
  }

  private static String problems(List<Probe> probes) {
    return probes.stream()
        .map(p -> p.endpoint() + ": " + p.problem)
        .collect(Collectors.joining("; "));
  }

  private static String hex(long id) {
    return Long.toHexString(id); // as etcd prints it
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-backup-probe");
    thread.setDaemon(true);
    return thread;
  }

  private URI endpoint() {
    return member.endpoint();
  }

  private ResponseHeader header() {
    return answer().getHeader();
  }

  private StatusResponse answer() {
    return Objects.requireNonNull(status, "no answer");
  }
}
