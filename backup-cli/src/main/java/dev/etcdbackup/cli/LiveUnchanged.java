package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.schedule.UnchangedCheck;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashComparison;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads the newest backup, verifies it, and compares it with a member: that the member is one of
 * the cluster in the backup, and has its revision and its HashKV. The members are asked in order
 * until one answers; the first question is cheap, so that a cluster that changed costs no download.
 */
final class LiveUnchanged implements UnchangedCheck {
  private final EtcdConfig etcd;
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final Duration timeout;

  LiveUnchanged(EtcdConfig etcd, BackupStore store, BackupEncodings encodings, Duration timeout) {
    this.etcd = etcd;
    this.store = store;
    this.encodings = encodings;
    this.timeout = timeout;
  }

  @Override
  public boolean isUnchanged(Backup newest) throws IOException {
    if (encodings.missing(newest.name()).isPresent()) {
      return false; // it is encrypted, and cannot be verified here
    }
    SourceException failure = null;
    for (URI endpoint : etcd.endpoints()) {
      EtcdConfig one =
          new EtcdConfig(List.of(endpoint), etcd.tls(), etcd.user(), etcd.passwordFile());
      try (LiveMember member = LiveMember.of(EtcdAccess.of(one), timeout)) {
        return isUnchanged(newest, member);
      } catch (SourceException e) {
        failure = failure == null ? e : failure;
      }
    }
    throw failure != null ? failure : new SourceException("the cluster has no endpoints");
  }

  private boolean isUnchanged(Backup newest, LiveMember member) throws IOException {
    long id = member.id();
    Optional<HashKv> live = member.hashKv(Revision.LATEST);
    boolean mayBe =
        live.isPresent()
            && (newest.name().revision().isEmpty()
                || newest.name().revision().getAsLong() <= live.get().revision());
    return mayBe && holds(newest, member, id, live.get().revision());
  }

  private boolean holds(Backup newest, LiveMember member, long id, long revision)
      throws IOException {
    ReadOptions options =
        ReadOptions.builder(encodings, OperandReader.temporaryDirectory()).timeout(timeout).build();
    try (StoredSnapshot stored = StoredSnapshot.open(newest, store, options)) {
      EtcdSnapshot snapshot = stored.snapshot();
      SnapshotMetadata metadata = snapshot.metadata();
      return metadata.revision() == revision
          && metadata.members().stream().anyMatch(one -> one.id() == id)
          && snapshot.verify().ok()
          && snapshot.compareWithLive(member).outcome() == HashComparison.Outcome.EQUAL;
    } catch (BackupException e) {
      if (e instanceof SourceException) {
        throw e;
      }
      return false; // a backup that does not verify is replaced
    }
  }
}
