package dev.etcdbackup.etcd;

import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks all addresses of all endpoints at once who they are, and picks the member to stream from.
 * Each address has a thread of its own, since looking up a host name blocks.
 */
final class MemberProbe implements Closeable {
  /** How long to wait for further members once one answered from which a snapshot can come. */
  private static final Duration FOR_OTHERS = Duration.ofSeconds(5);

  /** What gRPC needs to report a deadline before the wait for it is given up. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final EtcdConnection connection;
  private final CallDeadlines limits;
  private final ExecutorService threads = Executors.newCachedThreadPool(MemberProbe::newThread);
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<EtcdMember> members = new ArrayList<>(); // guarded by itself
  private boolean closed; // guarded by members

  MemberProbe(EtcdConnection connection, CallDeadlines limits) {
    this.connection = connection;
    this.limits = limits;
  }

  /**
   * What one address answered.
   *
   * @param place its place among the endpoints, then among the addresses of its endpoint
   * @param name what to call it in messages
   * @param maybeMember null when no snapshot can come from it
   * @param status its answer; null when there is none
   * @param problem why no snapshot can come from it; null when one can
   */
  record Answer(
      Place place,
      String name,
      @Nullable EtcdMember maybeMember,
      @Nullable StatusResponse status,
      @Nullable String problem)
      implements Event {
    EtcdMember member() {
      return Objects.requireNonNull(maybeMember, "no member");
    }

    /** What is known of a snapshot from this member. */
    SnapshotInfo info() {
      return new SnapshotInfo(
          member().endpoint().toString(),
          header().getRevision(),
          header().getClusterId(),
          header().getMemberId(),
          Objects.requireNonNull(status, "no answer").getVersion());
    }

    /**
     * Whether etcd has found that the data of this member differ from those of the others (etcd's
     * {@code --experimental-initial-corrupt-check} and its kind). Status lists alarms as the text
     * of etcdserverpb.AlarmMember.
     */
    boolean isCorrupt() {
      String own = "memberID:" + Long.toUnsignedString(header().getMemberId()) + " ";
      return Objects.requireNonNull(status, "no answer").getErrorsList().stream()
          .anyMatch(error -> error.contains(own) && error.contains("alarm:CORRUPT"));
    }

    /** A member that is cut off from the others has none. */
    boolean hasLeader() {
      return Objects.requireNonNull(status, "no answer").getLeader() != 0;
    }

    private ResponseHeader header() {
      return Objects.requireNonNull(status, "no answer").getHeader();
    }
  }

  /** Where an address stands in the list of endpoints. */
  private record Place(int endpoint, int address) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparingInt(Place::endpoint).thenComparingInt(Place::address);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  private sealed interface Event {}

  /** A host name was looked up, and so many addresses are asked. */
  private record Found(int endpoint, int addresses) implements Event {}

  /** No connection can be made with the settings; that is the same for all addresses. */
  private record Unusable(SourceException failure) implements Event {}

  /**
   * Picks the member with the highest revision; of several the first one that has a leader, if any
   * has; one with the alarm CORRUPT only when there is no other.
   *
   * @throws SourceException when there is none to pick, when the addresses are of different
   *     clusters, or when the thread is interrupted
   */
  Answer choose() throws SourceException {
    List<Answer> answers = ask();
    requireOneCluster(answers.stream().filter(a -> a.status != null).toList());
    return answers.stream()
        .filter(a -> a.problem == null)
        .max(
            Comparator.<Answer>comparingInt(a -> a.isCorrupt() ? 0 : 1)
                .thenComparingLong(a -> a.header().getRevision())
                .thenComparingInt(a -> a.hasLeader() ? 1 : 0))
        .orElseThrow(
            () -> new SourceException("no member provides a snapshot: " + problems(answers)));
  }

  /** Hands a member over to the caller, who closes it. */
  void release(EtcdMember member) {
    synchronized (members) {
      members.remove(member);
    }
  }

  /** Closes the members that were not released, and ends the threads. */
  @Override
  public void close() {
    synchronized (members) {
      closed = true;
      members.forEach(EtcdMember::close);
    }
    threads.shutdownNow();
  }

  /**
   * The answers in the order of the endpoints, one at least for each.
   *
   * @throws SourceException when no connection can be made with the settings
   */
  private List<Answer> ask() throws SourceException {
    List<URI> endpoints = connection.endpoints();
    for (int i = 0; i < endpoints.size(); i++) {
      int endpoint = i;
      threads.execute(() -> lookUp(endpoint, endpoints.get(endpoint)));
    }
    int[] missing = new int[endpoints.size()]; // answers of each endpoint
    boolean[] found = new boolean[endpoints.size()];
    List<Answer> answers = new ArrayList<>();
    long end = System.nanoTime() + mostForAll().toNanos();
    int open = endpoints.size(); // endpoints that are not looked up, and addresses that are asked
    try {
      while (open > 0) {
        @Nullable Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (event == null) {
          break;
        } else if (event instanceof Unusable settings) {
          throw settings.failure;
        } else if (event instanceof Found look) {
          found[look.endpoint] = true;
          missing[look.endpoint] = look.addresses;
          open += look.addresses - 1;
        } else if (event instanceof Answer answer) {
          open--;
          missing[answer.place.endpoint]--;
          answers.add(answer);
          if (answer.problem == null) {
            end = Math.min(end, System.nanoTime() + FOR_OTHERS.toNanos());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceException("interrupted while asking the members of etcd who they are", e);
    }
    for (int i = 0; i < missing.length; i++) {
      if (!found[i] || missing[i] > 0) {
        answers.add(silent(i, endpoints.get(i)));
      }
    }
    answers.sort(Comparator.comparing(Answer::place));
    return answers;
  }

  private Answer silent(int endpoint, URI uri) {
    return new Answer(
        new Place(endpoint, Integer.MAX_VALUE),
        uri.toString(),
        null,
        null,
        late(connection.probeTimeout()));
  }

  private String late(Duration limit) {
    return EtcdStatus.NO_ANSWER + CallDeadlines.text(limits.allowed(limit));
  }

  /** Connecting, logging in and answering, each within its own limit. */
  private Duration mostForAll() {
    Duration step = connection.probeTimeout().plus(connection.probeTimeout());
    return limits.atMost(connection.connectTimeout().plus(step)).plus(GRACE);
  }

  private void lookUp(int endpoint, URI uri) {
    List<EtcdConnection.Address> addresses;
    try {
      addresses = connection.addresses(uri);
    } catch (SourceException e) {
      events.add(new Found(endpoint, 1));
      events.add(failed(new Place(endpoint, 0), uri.toString(), "the host name does not resolve"));
      return;
    }
    events.add(new Found(endpoint, addresses.size()));
    for (int i = 1; i < addresses.size(); i++) {
      int address = i;
      threads.execute(() -> ask(new Place(endpoint, address), addresses.get(address)));
    }
    ask(new Place(endpoint, 0), addresses.get(0));
  }

  private void ask(Place place, EtcdConnection.Address address) {
    String late = late(connection.connectTimeout());
    try {
      EtcdMember member = opened(address);
      member.connect(limits.atMost(connection.connectTimeout()));
      late = late(connection.probeTimeout());
      StatusResponse status = member.status(limits.atMost(connection.probeTimeout()));
      String problem = status.getIsLearner() ? "is a learner" : null;
      events.add(new Answer(place, address.name(), member, status, problem));
    } catch (SourceException e) {
      events.add(new Unusable(e));
    } catch (StatusRuntimeException e) {
      boolean tooLate = e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
      String problem = tooLate ? late : EtcdStatus.explain(e.getStatus(), late);
      String explained = connection.withCertificateProblem(problem);
      boolean dropped = explained.equals(EtcdStatus.CLOSED);
      events.add(
          failed(place, address.name(), explained + (dropped ? "; TLS at one end only?" : "")));
    } catch (LinkageError e) {
      events.add(new Unusable(GrpcLibraries.failure(e)));
    } catch (RuntimeException e) {
      events.add(failed(place, address.name(), String.valueOf(e)));
    }
  }

  private EtcdMember opened(EtcdConnection.Address address) throws SourceException {
    EtcdMember member = EtcdMember.of(connection, address);
    synchronized (members) {
      if (closed) {
        member.close();
      }
      members.add(member);
    }
    return member;
  }

  private static Answer failed(Place place, String name, String problem) {
    return new Answer(place, name, null, null, problem);
  }

  private static void requireOneCluster(List<Answer> answered) throws SourceException {
    if (answered.stream().map(a -> a.header().getClusterId()).distinct().count() > 1) {
      throw new SourceException(
          "the endpoints belong to different clusters: "
              + answered.stream()
                  .map(a -> a.name + " to " + Long.toHexString(a.header().getClusterId()))
                  .collect(Collectors.joining(", ")));
    }
  }

  private static String problems(List<Answer> answers) {
    return answers.stream().map(a -> a.name + ": " + a.problem).collect(Collectors.joining("; "));
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-backup-probe");
    thread.setDaemon(true);
    return thread;
  }
}
