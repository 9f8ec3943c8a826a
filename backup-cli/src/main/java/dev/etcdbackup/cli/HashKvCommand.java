package dev.etcdbackup.cli;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hashkv}. */
@Command(
    name = "hashkv",
    description =
        "Prints the HashKV of a snapshot, which 'etcdctl endpoint hashkv --rev R' prints of a"
            + " running member: hash, revision and compacted revision.")
final class HashKvCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Option(
      names = "--rev",
      converter = Converters.StateAt.class,
      paramLabel = "R",
      description = "The history up to this revision. Default: the last.")
  private Revision revision = Revision.LATEST;

  @Option(
      names = "--compact-revision",
      converter = Converters.Revision.class,
      paramLabel = "C",
      description =
          "As a member answers whose history was compacted up to C. Default: the revision up to"
              + " which the snapshot was.")
  private @Nullable Long compactRevision;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  HashKvCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    return new OperandReader(root)
        .whole(
            operand,
            point,
            (snapshot, way) -> {
              print(hash(snapshot));
              return ExitCode.DONE;
            });
  }

  private HashKv hash(EtcdSnapshot snapshot) throws UsageException, IOException {
    try {
      return compactRevision == null
          ? snapshot.hashKv(revision)
          : snapshot.hashKv(revision, compactRevision);
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--rev: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new UsageException("--compact-revision: " + e.getMessage());
    }
  }

  private void print(HashKv hash) {
    Output output = root.output();
    if (output.isJson()) {
      output.json(hash);
      return;
    }
    output.line("hash: " + hash.hash());
    output.line("revision: " + hash.revision());
    output.line("compactRevision: " + hash.compactRevision());
  }
}
