package dev.etcdbackup.etcd.drill;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.ConsolidatedSnapshot;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.restore.RestoredMember;
import dev.etcdbackup.snapshot.Alarm;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.KeyRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A test restore of a snapshot: into a temporary directory, from which a real etcd is started on
 * free ports of 127.0.0.1 when its program is given. The hash of its history (HashKV) and its
 * number of keys are compared with the snapshot, a key is written, read and deleted, and everything
 * is deleted again. Without an etcd all but the start is done, and the report says so.
 *
 * <p>To be run regularly, before a restore is needed; a scheduler of any kind may call {@link
 * #run}. An etcd that is started does not outlive the JVM, unless that is killed.
 *
 * <p>Immutable and thread-safe.
 */
public final class Drill {
  private final Path directory;
  private final Optional<Path> etcd;
  private final Optional<Login> login;
  private final Duration timeout;

  private Drill(Builder builder) {
    this.directory = builder.directory;
    this.etcd = builder.etcd;
    this.login = builder.login;
    this.timeout = builder.timeout;
  }

  /**
   * Returns a builder of a drill.
   *
   * @param directory where the temporary directory goes; must exist, with room for the snapshot
   * @return the settings
   */
  public static Builder builder(Path directory) {
    return new Builder(directory);
  }

  /**
   * Carries the drill out. Blocks; interrupting the thread ends it within seconds, and leaves
   * neither files nor a process. Takes what {@link DataDirRestore#restore} and {@link
   * EtcdSnapshot#keys} take, one after the other.
   *
   * @param snapshot the snapshot, with its SHA-256
   * @return what it showed; an etcd that does not start from it is a problem in there
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read, or the directory cannot be written
   */
  public DrillReport run(EtcdSnapshot snapshot) throws IOException {
    long begun = System.nanoTime();
    Run run = new Run(snapshot);
    try (DrillDirectory temporary = DrillDirectory.in(directory)) {
      run.restore(temporary);
      if (etcd.isPresent()) {
        run.boot(etcd.get(), temporary);
      } else {
        run.remarks.add("no etcd was found, so none was started from the restored data");
      }
    }
    return run.report(Duration.ofNanos(System.nanoTime() - begun));
  }

  /**
   * Carries the drill out with a backup and the changes recorded after it; otherwise as {@link
   * #run(EtcdSnapshot)}. The changes are added in a temporary file, and compared with what the live
   * cluster answered to HashKV, where that was recorded.
   *
   * @param base the backup, whole
   * @param changes the changes after it, up to a revision or a time
   * @return what it showed; the first step says up to where it goes
   * @throws CorruptBackupException when the backup is damaged, the changes do not reach the wanted
   *     point, or the result differs from what the live cluster answered
   * @throws IllegalArgumentException when the wanted revision is less than that of the backup
   * @throws IOException when something cannot be read, or the directory cannot be written
   */
  public DrillReport run(EtcdSnapshot base, ChangeReplay changes) throws IOException {
    long begun = System.nanoTime();
    try (ConsolidatedSnapshot snapshot = ConsolidatedSnapshot.open(base, changes, directory)) {
      DrillReport report = run(snapshot.snapshot());
      Reached reached = snapshot.reached();
      List<String> steps = new ArrayList<>();
      steps.add(step(reached));
      steps.addAll(report.steps());
      List<String> remarks = new ArrayList<>(report.remarks());
      reached.problem().ifPresent(remarks::add);
      return new DrillReport(
          report.booted(),
          report.etcdVersion(),
          report.hashKv(),
          report.keys(),
          steps,
          report.problems(),
          remarks,
          Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  private static String step(Reached reached) {
    return Counted.of(reached.events(), "change")
        + (reached.events() == 1 ? " was" : " were")
        + " added to the backup, up to revision "
        + reached.revision()
        + reached.time().map(time -> " of " + time).orElse("")
        + reached
            .compared()
            .map(hash -> "; HashKV at " + hash.revision() + " is what the live cluster answered")
            .orElse("");
  }

  /** Who asks the started etcd. */
  private record Login(String user, Supplier<String> password) {}

  /** One drill. */
  private final class Run {
    private final EtcdSnapshot snapshot;
    private final HashKv hash;
    private final long keys;
    private final boolean authenticated;
    private final List<String> steps = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private long memberId;
    private boolean booted;
    private String version = "";

    Run(EtcdSnapshot snapshot) throws IOException {
      this.snapshot = snapshot;
      this.hash = snapshot.hashKv();
      this.keys = snapshot.keys(KeyRange.all()).size();
      this.authenticated = snapshot.auth().enabled();
    }

    void restore(DrillDirectory temporary) throws IOException {
      DataDirRestore restore =
          DataDirRestore.builder()
              .name(DrillMember.NAME)
              .initialCluster(DrillMember.NAME + "=" + DrillMember.PEER)
              .initialAdvertisePeerUrls(DrillMember.PEER)
              .initialClusterToken("drill-" + System.nanoTime())
              .clearAlarms()
              .build();
      RestoredMember member = restore.restore(snapshot, temporary.dataDir());
      memberId = member.memberId();
      remarks.addAll(member.warnings());
      for (Alarm alarm : snapshot.metadata().alarms()) {
        remarks.add("the alarm " + alarm.type() + " is in it: restore it with clearAlarms");
      }
      steps.add("verified, and restored to a data directory");
      try (EtcdSnapshot restored = EtcdSnapshot.open(temporary.database())) {
        compare("the data directory", restored.hashKv(), restored.keys(KeyRange.all()).size());
      }
    }

    private void compare(String where, HashKv found, long count) {
      if (!found.equals(hash)) {
        problems.add("HashKV of " + where + " is " + found + ", of the backup " + hash);
      }
      if (count != keys) {
        problems.add(where + " holds " + Counted.of(count, "key") + ", the backup " + keys);
      }
      if (found.equals(hash) && count == keys) {
        steps.add(
            where
                + " holds the same: HashKV "
                + hash.hash()
                + " at revision "
                + hash.revision()
                + ", "
                + Counted.of(keys, "key"));
      }
    }

    void boot(Path binary, DrillDirectory temporary) throws IOException {
      try (DrillMember member = DrillMember.start(binary, temporary, timeout)) {
        version = member.version();
        booted = true;
        steps.add("etcd " + version + " started from it and is healthy");
        if (authenticated && login.isEmpty()) {
          remarks.add(
              "authentication is on in it, and no user was given: the started etcd was not asked"
                  + " what it holds, nor written to");
          return;
        }
        EtcdConnection.Builder connection = EtcdConnection.builder(List.of(member.address()));
        if (authenticated) {
          login.ifPresent(as -> connection.user(as.user(), as.password()));
        }
        try (DrillClient asked = new DrillClient(connection.build(), timeout)) {
          HashKv found = asked.hashKv(hash.revision());
          asked.requireMember(memberId);
          compare("the started etcd", found, asked.count(hash.revision()));
          asked.writeReadAndDelete();
          steps.add("a key was written, read and deleted");
        }
      } catch (DrillMember.FailedException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }

    DrillReport report(Duration duration) {
      return new DrillReport(booted, version, hash, keys, steps, problems, remarks, duration);
    }
  }

  /** Settings of a drill. Not thread-safe. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Path directory;
    private Optional<Path> etcd = Optional.empty();
    private Optional<Login> login = Optional.empty();
    private Duration timeout = Duration.ofMinutes(1);

    private Builder(Path directory) {
      this.directory = Objects.requireNonNull(directory, "directory");
    }

    /**
     * Which etcd to start. Default: none.
     *
     * @param etcd the program
     * @return this
     */
    public Builder etcd(Path etcd) {
      this.etcd = Optional.of(etcd);
      return this;
    }

    /**
     * Who asks the started etcd, when authentication is on in the snapshot: a user with the role
     * {@code root} as it was then. Default: none; the etcd is started then, and not asked.
     *
     * @param user the name of the user
     * @param password returns the password; called once for each drill
     * @return this
     */
    public Builder login(String user, Supplier<String> password) {
      this.login =
          Optional.of(
              new Login(
                  Objects.requireNonNull(user, "user"),
                  Objects.requireNonNull(password, "password")));
      return this;
    }

    /**
     * How long the started etcd has to become healthy, and for each answer. Default: 1 minute.
     *
     * @param timeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "timeout must be more than 0 and at most 365 days, not " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * Builds the drill. Starts nothing.
     *
     * @return the drill
     */
    public Drill build() {
      return new Drill(this);
    }
  }
}
