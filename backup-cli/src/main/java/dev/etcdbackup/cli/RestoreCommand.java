package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.etcdbackup.Backup;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.restore.DataDirRestoreBuilder;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.restore.RestoredChanges;
import dev.etcdbackup.restore.RestoredMember;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Preflight;
import dev.etcdbackup.snapshot.ReadOptions.Checksum;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code restore}. */
@Command(
    name = "restore",
    description =
        "Creates the data directory of one member of a new cluster from a snapshot, with the"
            + " options and defaults of 'etcdutl snapshot restore'. Run it once for each member,"
            + " with the same snapshot, initial cluster and token; each run must print the same"
            + " cluster id. All pages and records of the snapshot are verified, and the directory"
            + " appears only when it is complete.")
final class RestoreCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      paramLabel = "KEY|FILE",
      description =
          SnapshotOperand.DESCRIPTION
              + " With --to-revision or --to-time also a project, of which the backup is chosen.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The data directory; it must not exist or must be empty. Default: NAME.etcd.")
  private @Nullable Path dataDir;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of the member. Default: default.")
  private String name = "default";

  @Option(
      names = "--initial-cluster",
      paramLabel = "NAME=URL,...",
      description = "All members. Default: this member only, at http://localhost:2380.")
  private String initialCluster = "";

  @Option(
      names = "--initial-cluster-token",
      paramLabel = "TOKEN",
      description = "A token that distinguishes this cluster from others. Default: etcd-cluster.")
  private String token = "etcd-cluster";

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URL,...",
      description =
          "The peer URLs of this member, as in --initial-cluster. Default: http://localhost:2380.")
  private @Nullable String peerUrls;

  @Option(
      names = "--bump-revision",
      converter = Converters.Revision.class,
      paramLabel = "N",
      description = "Raise the revision by N, with --mark-compacted; 1000000000 is usual.")
  private @Nullable Long bump;

  @Option(
      names = "--mark-compacted",
      description = "Mark the history up to the raised revision as compacted.")
  private boolean markCompacted;

  @Option(
      names = "--skip-hash-check",
      description =
          "Also accept a snapshot without its SHA-256, such as a copy of a member's snap/db.")
  private boolean skipHashCheck;

  @Option(
      names = "--clear-alarms",
      description = "Remove the alarms in the snapshot; etcdutl keeps them.")
  private boolean clearAlarms;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  @Option(
      names = "--require-signature",
      paramLabel = "PUBKEY",
      description =
          "Restore only a backup that one of the OpenPGP public keys in this file signed; ends with"
              + " 5 otherwise, before anything is written.")
  private @Nullable Path requireSignature;

  @Option(
      names = "--preflight",
      description =
          "Restore nothing; print what to know before a restore: which versions of etcd"
              + " start from it, authentication, alarms, encryption keys. With --to-revision or"
              + " --to-time as of that point.")
  private boolean preflightOnly;

  @Mixin private final RestoreSelectionOptions part = new RestoreSelectionOptions();

  @Mixin private final RestoreAuthOptions auth = new RestoreAuthOptions();

  RestoreCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A restored member as {@code -o json} shows it. */
  record RestoredJson(
      String dataDir,
      String name,
      String memberId,
      String clusterId,
      long revision,
      List<String> warnings,
      List<String> preflight) {
    static RestoredJson of(RestoredMember member) {
      return new RestoredJson(
          member.dataDir().toString(),
          member.name(),
          Long.toHexString(member.memberId()),
          Long.toHexString(member.clusterId()),
          member.revision(),
          member.warnings().stream().map(OptionNames::in).toList(),
          member.preflight().lines().stream().map(OptionNames::in).toList());
    }
  }

  /**
   * A member restored to a point in time as {@code -o json} shows it; what is not known is null.
   */
  record RestoredToJson(
      @JsonUnwrapped RestoredJson member,
      String base,
      @Nullable String time,
      int objects,
      long events,
      @Nullable Long hashRevision,
      @Nullable Long hash,
      @Nullable String problem) {}

  @Override
  public Integer call() throws UsageException, IOException {
    if (preflightOnly) {
      return preflight();
    }
    DataDirRestore restore = settings();
    Path target = dataDir == null ? Path.of(name + ".etcd") : dataDir;
    DataDirRestore.requireFree(target); // before anything is downloaded
    point.requireComplete();
    if (point.isGiven()) {
      return restoreTo(restore, target);
    }
    OperandReader reader = reader();
    print(
        operand instanceof SnapshotOperand.InStore stored
            ? restore(reader, stored, restore, target)
            : restore(reader, restore, target));
    return ExitCode.DONE;
  }

  private OperandReader reader() throws UsageException {
    return new OperandReader(root).requireSignature("--require-signature", requireSignature);
  }

  private RestoredMember restore(
      OperandReader reader, SnapshotOperand.InStore stored, DataDirRestore restore, Path target)
      throws UsageException, IOException {
    return reader.stored(
        stored,
        skipHashCheck ? Checksum.REPORTED : Checksum.REQUIRED,
        (backup, store, options) -> run(() -> restore.restore(backup, store, options, target)));
  }

  private RestoredMember restore(OperandReader reader, DataDirRestore restore, Path target)
      throws UsageException, IOException {
    OperandReader.Work<RestoredMember> work =
        (snapshot, access) -> run(() -> restore.restore(snapshot, target));
    return skipHashCheck ? reader.unverified(operand, work) : reader.whole(operand, work);
  }

  private int preflight() throws UsageException, IOException {
    Preflight preflight = reader().whole(operand, point, (snapshot, access) -> preflight(snapshot));
    Output output = root.output();
    List<String> lines = preflight.lines().stream().map(OptionNames::in).toList();
    if (output.isJson()) {
      output.json(lines);
    } else {
      lines.forEach(output::line);
    }
    return ExitCode.DONE;
  }

  /** What is to be known of the part that is restored. */
  private Preflight preflight(EtcdSnapshot snapshot) throws UsageException, IOException {
    try {
      return snapshot.preflight(part.selection());
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--at-revision: " + e.getMessage());
    }
  }

  private Integer restoreTo(DataDirRestore restore, Path target)
      throws UsageException, IOException {
    if (skipHashCheck || bump != null) {
      String other = skipHashCheck ? "--skip-hash-check" : "--bump-revision";
      throw new UsageException(other + " cannot be combined with --to-revision and --to-time");
    }
    if (!part.selection().isAll()) {
      throw new UsageException(
          "--prefix, --exclude-prefix, --from-key, --to-key, --at-revision and --drop-history"
              + " cannot be combined with --to-revision and --to-time");
    }
    return new PointInTimeReader(root, point)
        .requireSignature(requireSignature)
        .read(
            operand,
            (base, snapshot, changes) -> {
              print(base, restore.restore(snapshot, target, changes));
              return ExitCode.DONE;
            });
  }

  private void print(Backup base, RestoredChanges restored) {
    RestoredMember member = restored.member();
    Reached reached = restored.reached();
    if (root.output().isJson()) {
      root.output()
          .json(
              new RestoredToJson(
                  RestoredJson.of(member),
                  base.key().toString(),
                  reached.time().map(Object::toString).orElse(null),
                  reached.objects(),
                  reached.events(),
                  reached.compared().map(HashKv::revision).orElse(null),
                  reached.compared().map(HashKv::hash).orElse(null),
                  reached.problem().orElse(null)));
      return;
    }
    printMember(member);
    root.output().line(ReachedText.of(base, reached));
    reached.problem().ifPresent(root::warn);
  }

  /** A restore. */
  @FunctionalInterface
  private interface Restoring {
    RestoredMember run() throws IOException;
  }

  private static RestoredMember run(Restoring restoring) throws UsageException, IOException {
    try {
      return restoring.run();
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--at-revision: " + e.getMessage());
    } catch (IllegalArgumentException e) { // the snapshot does not allow the settings
      throw new UsageException("--" + e.getMessage());
    }
  }

  private DataDirRestore settings() throws UsageException {
    if ((bump != null) != markCompacted) {
      throw new UsageException("--bump-revision and --mark-compacted must be given together");
    }
    try {
      DataDirRestoreBuilder builder =
          DataDirRestore.builder()
              .name(name)
              .initialCluster(initialCluster)
              .initialClusterToken(token)
              .select(part.selection());
      auth.apply(builder, initialCluster, token);
      if (peerUrls != null) {
        builder.initialAdvertisePeerUrls(peerUrls);
      }
      if (bump != null) {
        builder.bumpRevision(bump);
      }
      if (clearAlarms) {
        builder.clearAlarms();
      }
      return (skipHashCheck ? builder.skipHashCheck() : builder).build();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  private void print(RestoredMember member) {
    if (root.output().isJson()) {
      root.output().json(RestoredJson.of(member));
    } else {
      printMember(member);
    }
  }

  private void printMember(RestoredMember member) {
    root.output()
        .line(
            member.dataDir()
                + ": member "
                + member.name()
                + " ("
                + Long.toHexString(member.memberId())
                + ") of cluster "
                + Long.toHexString(member.clusterId())
                + " at revision "
                + member.revision());
    member.warnings().stream().map(OptionNames::in).forEach(root::warn);
    member.preflight().toDo().stream()
        .filter(finding -> finding.topic() != Preflight.Topic.ALARM) // warned of already
        .filter(finding -> finding.topic() != Preflight.Topic.AUTH || !auth.isGiven())
        .map(finding -> OptionNames.in(finding.toString()))
        .forEach(root::warn);
  }
}
