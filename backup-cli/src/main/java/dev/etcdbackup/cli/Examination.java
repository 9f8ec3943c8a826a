package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.service.VerifyRequest;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashComparison;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.SnapshotCopy;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.tarball.Tarball;
import io.etcd.jetcd.ClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verifies one snapshot, and compares it with a live member when there is one: {@code verify}. */
final class Examination {
  private final EtcdBackupCommand root;
  private final VerifyOptions options;
  private final @Nullable URI live;
  private final Supplier<ClientBuilder> client;

  Examination(EtcdBackupCommand root, VerifyOptions options, @Nullable URI live)
      throws UsageException {
    this.root = root;
    this.options = options;
    this.live = live;
    this.client = root.etcd.client(live == null ? List.of() : List.of(live));
  }

  /**
   * What was found, as {@code -o json} shows it.
   *
   * @param readBy {@code file}, {@code memory} or {@code temporary file}
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
    if (of instanceof SnapshotOperand.InStore in && !in.name().isEncrypted()) {
      return find(in.key());
    }
    String name = of.toString();
    try {
      return new OperandReader(root).whole(of, (one, way) -> examine(name, one, way.toString()));
    } catch (CorruptBackupException e) { // a tarball that cannot be unpacked
      String way = OperandReader.Way.TEMPORARY_FILE.toString();
      return FoundJson.bad(name, way, List.of(String.valueOf(e.getMessage())));
    }
  }

  /** By way of the service, which knows how long it may take. */
  private FoundJson find(BackupKey key) throws UsageException, BackupException {
    AtomicReference<@Nullable FoundJson> found = new AtomicReference<>();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false)) {
      StoredBackup stored =
          open.store()
              .find(key)
              .orElseThrow(() -> new BackupNotFoundException("there is no backup " + key));
      Backup backup = Backup.of(stored, ZoneOffset.UTC);
      BackupVerifier verifier =
              (one, from) -> {
                try (SnapshotCopy copy =
                    SnapshotCopy.of(
                        one,
                        from,
                        BackupEncodings.of(new Tarball()),
                        TemporarySnapshot.directory())) {
                  found.set(examine(key.toString(), copy.snapshot(), way(copy.inMemory())));
                } catch (CorruptBackupException e) {
                  List<String> problems = List.of(String.valueOf(e.getMessage()));
                  found.set(FoundJson.bad(key.toString(), way(true), problems));
                } catch (BackupException e) {
                  throw e;
                } catch (IOException e) {
                  throw new StoreException("cannot verify " + key + ": " + e.getMessage(), e);
                }
                return new Verification(List.of());
              };
      root.service(open.store())
          .verify(VerifyRequest.builder(backup).verifier(verifier).build());
    }
    return Objects.requireNonNull(found.get(), "found");
  }

  private static String way(boolean inMemory) {
    return inMemory ? "memory" : OperandReader.Way.TEMPORARY_FILE.toString();
  }

  private FoundJson examine(String name, EtcdSnapshot snapshot, String way) throws IOException {
    List<String> problems = snapshot.verify(options).lines();
    if (!problems.isEmpty()) {
      return FoundJson.bad(name, way, problems);
    }
    HashKv hash = options.deep() ? snapshot.hashKv(0) : null;
    return new FoundJson(name, true, way, problems, hash, compare(snapshot));
  }

  private @Nullable HashComparison compare(EtcdSnapshot snapshot) throws IOException {
    if (live == null) {
      return null;
    }
    try (LiveMember member = LiveMember.of(live, client, root.timeout)) {
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
      String deep = options.deep() ? ", and what they say of one another" : "";
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
