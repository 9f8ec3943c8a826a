package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashComparison;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.StoredSnapshot;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Verifies one snapshot, and compares it with a live member when there is one: {@code verify}. */
final class Examination {
  private static final String STREAM = "stream";

  private final EtcdBackupCommand root;
  private final VerifyOptions options;
  private final @Nullable Path signedBy;
  private final @Nullable EtcdConnection live;

  Examination(
      EtcdBackupCommand root, VerifyOptions options, @Nullable URI live, @Nullable Path signedBy)
      throws UsageException {
    this.root = root;
    this.options = options;
    this.signedBy = signedBy;
    this.live = live == null ? null : root.etcd.connection(List.of(live));
  }

  /**
   * What was found, as {@code -o json} shows it.
   *
   * @param readBy {@code file}, {@code memory} or {@code temporary file}; {@code stream} for a
   *     stored backup that needs no copy if it is good
   * @param problems the first of them
   * @param hashKv of all of it; null unless it was verified deep and is good
   * @param live the comparison with a live member; null when there was none
   */
  record FoundJson(
      String name,
      boolean ok,
      String readBy,
      List<String> problems,
      @Nullable HashKv hashKv,
      @Nullable HashComparison live) {
    static FoundJson bad(String name, String readBy, List<String> problems) {
      return new FoundJson(name, false, readBy, problems, null, null);
    }

    int code() {
      boolean equal = live == null || live.outcome() == HashComparison.Outcome.EQUAL;
      return !ok ? ExitCode.CORRUPT : equal ? ExitCode.DONE : ExitCode.NO;
    }
  }

  int run(SnapshotOperand of) throws UsageException, IOException {
    FoundJson found = find(of);
    print(found);
    return found.code();
  }

  private FoundJson find(SnapshotOperand of) throws UsageException, IOException {
    String name = of.toString();
    if (of instanceof SnapshotOperand.InStore in && of.name().kind() == BackupKind.CHANGES) {
      return changes(in.key());
    }
    if (of instanceof SnapshotOperand.InStore in && !options.deep() && live == null) {
      return found(name, STREAM, reader().verify(in, options));
    }
    try {
      return reader()
          .unverified(of, (one, access) -> examine(name, one, OperandReader.text(access)));
    } catch (CorruptBackupException e) { // it cannot be decoded
      String problem = String.valueOf(e.getMessage()).substring(name.length() + 2);
      String access = OperandReader.text(StoredSnapshot.Access.MEMORY);
      return FoundJson.bad(name, access, List.of(problem));
    }
  }

  private FoundJson changes(BackupKey key) throws UsageException, IOException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      Backup backup =
          Backup.of(
              open.store().find(key).orElseThrow(() -> new BackupNotFoundException(key)),
              ZoneOffset.UTC);
      String readBy = OperandReader.text(StoredSnapshot.Access.MEMORY);
      return found(key.toString(), readBy, root.service(open.store()).verify(backup));
    }
  }

  private OperandReader reader() throws UsageException {
    return new OperandReader(root).requireSignature("--signed-by", signedBy);
  }

  private static FoundJson found(String name, String readBy, Verification verification) {
    return new FoundJson(name, verification.ok(), readBy, verification.problems(), null, null);
  }

  private FoundJson examine(String name, EtcdSnapshot snapshot, String readBy) throws IOException {
    List<String> problems = snapshot.verify(options).lines();
    if (!problems.isEmpty()) {
      return FoundJson.bad(name, readBy, problems);
    }
    HashKv hash = options.deep() ? snapshot.hashKv() : null;
    return new FoundJson(name, true, readBy, problems, hash, compare(snapshot));
  }

  private @Nullable HashComparison compare(EtcdSnapshot snapshot) throws IOException {
    if (live == null) {
      return null;
    }
    try (LiveMember member = LiveMember.of(live, root.timeout())) {
      return snapshot.compareWithLive(member);
    }
  }

  private void print(FoundJson found) {
    Output output = root.output();
    if (output.isJson()) {
      output.json(found);
      return;
    }
    found.problems().forEach(problem -> output.line(found.name() + ": " + problem));
    if (found.ok()) {
      String deep = options.deep() ? ", and the consistency of entries" : "";
      String what = ": ok, SHA-256, pages, buckets and every entry" + deep;
      output.line(found.name() + what + ", read by " + found.readBy());
    }
    if (found.hashKv() != null) {
      output.line(found.name() + ": " + text(found.hashKv()));
    }
    if (found.live() != null) {
      String outcome = found.live().outcome().toString().replace('_', ' ');
      output.line(found.name() + ": live " + outcome + ": " + found.live().reason());
    }
  }

  private static String text(HashKv hash) {
    String compacted = hash.compactRevision() < 0 ? "" : ", compacted at " + hash.compactRevision();
    return "HashKV " + hash.hash() + " at revision " + hash.revision() + compacted;
  }
}
