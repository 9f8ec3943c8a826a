package dev.etcdbackup.etcd;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.changes.ChangesHeader;
import dev.etcdbackup.changes.ChangesWriter;
import dev.etcdbackup.changes.RevisionFingerprint;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection's share of a chain: watches from what is stored on, and stores what comes. For one
 * thread.
 */
final class Recording {
  /** How many periods the watch may be silent while the member's revision is ahead of it. */
  private static final int SILENT_PERIODS = 3;

  /**
   * In the reasons for which etcd cancels a watch, those for which logging in again, or a role that
   * is granted, is enough. No revision is lost by them.
   */
  private static final List<String> REASONS_OF_USERS =
      List.of(
          "permission denied",
          "invalid auth token",
          "revision of auth store is old",
          "user name is empty");

  private final ChangeRecorder.Settings settings;
  private final BooleanSupplier mayStore;
  private final WatchSilence silence;
  private ChainState state; // of what is stored
  private @Nullable ChangesWriter writer; // the events that are not stored yet
  private final Set<Long> leases = new HashSet<>(); // that these refer to
  private final RevisionFingerprint fingerprint = new RevisionFingerprint(); // until it is checked
  private long events;
  private long last; // revision received
  private boolean open; // more events of it may follow
  private boolean checked; // that the member has the last stored revision as it is stored
  private long cutAt; // in System.nanoTime(); good while there is a writer
  private long mark; // the second of the last mark of time
  private int cuts;
  private long deliveredAt;

  /**
   * @param mayStore asked before something is stored
   * @param deliveredAt what {@link #deliveredAt} is until the member has delivered something
   */
  Recording(
      ChangeRecorder.Settings settings,
      ChainState state,
      BooleanSupplier mayStore,
      long deliveredAt) {
    this.settings = settings;
    this.state = state;
    this.mayStore = mayStore;
    this.deliveredAt = deliveredAt;
    this.silence =
        new WatchSilence(
            Math.max(SILENT_PERIODS * settings.period().toNanos(), settings.timeout().toNanos()));
    this.last = state.to();
    this.checked = state.lastRevision().isEmpty();
  }

  /** What is stored. */
  ChainState state() {
    return state;
  }

  /**
   * When the member last had delivered all its revisions, or an object full of them, in {@code
   * System.nanoTime()}. A cluster in which nothing changes is always delivered whole.
   */
  long deliveredAt() {
    return deliveredAt;
  }

  /**
   * Records until something ends it.
   *
   * @throws ChainEndedException when the chain cannot be continued
   * @throws SourceException when the member failed; nothing is lost
   * @throws BackupException when the store failed, or the name is taken
   */
  void run() throws ChainEndedException, BackupException, InterruptedException {
    try (RecordedMember member =
        RecordedMember.find(settings.connection(), state.memberId(), settings.timeout())) {
      check(member);
      long from = checked ? state.to() + 1 : state.to();
      try (WatchCall watch = WatchCall.begin(member.member(), settings.timeout(), from)) {
        follow(member, watch);
      } catch (StatusRuntimeException e) {
        throw new SourceException(
            "watch of " + member.member().name() + ": " + EtcdStatus.explain(e.getStatus(), ""), e);
      }
    }
  }

  private void follow(RecordedMember member, WatchCall watch)
      throws ChainEndedException, BackupException, InterruptedException {
    long period = settings.period().toNanos();
    long checkAt = System.nanoTime() + period;
    while (true) {
      long now = System.nanoTime();
      boolean canCut = writer != null && !open;
      long wait = Math.min(checkAt - now, canCut ? cutAt - now : Long.MAX_VALUE);
      @Nullable WatchResponse answer = watch.poll(Duration.ofNanos(Math.max(0, wait)));
      if (answer != null) {
        take(member, answer);
      }
      now = System.nanoTime();
      if (writer != null && !open && (isFull(writer) || now - cutAt >= 0)) {
        cut(member);
      }
      if (now - checkAt >= 0) {
        StatusResponse status = check(member);
        if (status.getLeader() != 0) {
          settings.listener().checked(state.to(), status.getHeader().getRevision());
        }
        requireNotSilent(status);
        checkAt = System.nanoTime() + period;
      }
    }
  }

  private boolean isFull(ChangesWriter events) {
    return events.size() >= settings.bytes();
  }

  /** Asks the member who it is, where it stands, and whether users or roles changed. */
  private StatusResponse check(RecordedMember member) throws ChainEndedException, SourceException {
    StatusResponse status = member.status();
    require(status.getHeader());
    if (status.getHeader().getRevision() < last) {
      throw new ChainEndedException(
          "the member's revision went back from "
              + last
              + " to "
              + status.getHeader().getRevision());
    }
    requireAuth(member.authRevision());
    if (status.getLeader() != 0 && status.getHeader().getRevision() == last) {
      deliveredAt = System.nanoTime();
    }
    return status;
  }

  private void requireAuth(long revision) throws ChainEndedException {
    if (revision != state.authRevision()) {
      throw new ChainEndedException("users or roles were changed, which are no events");
    }
  }

  private void require(ResponseHeader header) throws ChainEndedException {
    if (header.getClusterId() != state.clusterId()) {
      throw new ChainEndedException(
          "the endpoint belongs to another cluster, " + Long.toHexString(header.getClusterId()));
    }
    if (header.getMemberId() != state.memberId()) {
      throw new ChainEndedException(
          "the endpoint is another member, " + Long.toHexString(header.getMemberId()));
    }
  }

  /** A member without a leader does not learn what the others write. */
  private void requireNotSilent(StatusResponse status) throws SourceException {
    boolean alone = status.getLeader() == 0;
    long revision = status.getHeader().getRevision();
    if (silence.isSilent(alone || revision > last, System.nanoTime())) {
      throw new SourceException(
          alone
              ? "the member has no leader, so it does not receive what is written"
              : "the watch is silent although the member is at revision " + revision);
    }
  }

  private void take(RecordedMember member, WatchResponse answer)
      throws ChainEndedException, BackupException {
    silence.answered();
    if (answer.getCompactRevision() > 0) {
      throw new ChainEndedException(
          "etcd was compacted at revision "
              + answer.getCompactRevision()
              + " before the changes from "
              + (last + 1)
              + " on were recorded");
    }
    if (answer.getCanceled()) {
      throw cancelled(answer.getCancelReason());
    }
    require(answer.getHeader()); // a cancellation may have none
    for (Event event : answer.getEventsList()) {
      take(member, event);
    }
    open = WatchCall.isFragment(answer);
    if (!open && !checked && answer.getEventsCount() > 0) {
      requireSameHistory();
    }
  }

  private static ChainEndedException cancelled(String reason) throws SourceException {
    String said = "etcd cancelled the watch";
    if (!reason.isBlank()) {
      Status status = Status.UNKNOWN.withDescription(reason);
      said += ": " + EtcdStatus.explain(status, reason, RecordedMember.NEEDED);
    }
    if (REASONS_OF_USERS.stream().anyMatch(reason::contains)) {
      throw new SourceException(said);
    }
    return new ChainEndedException(said);
  }

  private void take(RecordedMember member, Event event)
      throws ChainEndedException, BackupException {
    KeyValue value = event.getKv();
    long revision = value.getModRevision();
    boolean deletion = event.getType() == Event.EventType.DELETE;
    byte[] stored =
        deletion
            ? KeyValue.newBuilder().setKey(value.getKey()).build().toByteArray()
            : value.toByteArray();
    if (!checked) {
      if (revision == state.to()) {
        fingerprint.event(deletion, stored, 0, stored.length);
        open = true;
        return;
      }
      requireSameHistory();
    }
    if (revision != last || !open) {
      begin(member, revision);
    }
    ChangesWriter out = writer;
    if (out == null) {
      throw new IllegalStateException("no object was begun");
    }
    out.event(revision, deletion, stored);
    events++;
    if (value.getLease() != 0) {
      leases.add(value.getLease());
    }
  }

  /** Begins a revision: the one before it is complete. */
  private void begin(RecordedMember member, long revision)
      throws ChainEndedException, BackupException {
    if (revision != last + 1) {
      throw new ChainEndedException("etcd sent revision " + revision + " after " + last);
    }
    if (writer != null && isFull(writer)) {
      cut(member);
    }
    if (writer == null) {
      writer = new ChangesWriter(revision);
      cutAt = System.nanoTime() + settings.period().toNanos();
      mark = Long.MIN_VALUE;
    }
    Instant now = settings.clock().instant();
    if (now.getEpochSecond() > mark) {
      writer.time(now);
      mark = now.getEpochSecond();
    }
    last = revision;
    open = true;
  }

  /** The last revision that is stored must be the member's own, or its history is another one. */
  private void requireSameHistory() throws ChainEndedException {
    if (!fingerprint.finish().equals(state.lastRevision())) {
      throw new ChainEndedException(
          "the member's revision " + state.to() + " is not the one that was recorded");
    }
    checked = true;
  }

  private void cut(RecordedMember member) throws ChainEndedException, BackupException {
    ChangesWriter full = writer;
    if (full == null) {
      return;
    }
    long auth = member.authRevision();
    List<Lease> granted = member.leases(leases);
    deliveredAt = System.nanoTime();
    cuts++;
    Optional<HashKv> hash =
        settings.hashEvery() > 0 && cuts % settings.hashEvery() == 0
            ? member.hash(last)
            : Optional.empty();
    Instant now = settings.clock().instant();
    ChangesHeader header =
        new ChangesHeader(
            state.clusterId(),
            state.memberId(),
            state.baseKey(),
            state.baseSha256(),
            state.predecessor(),
            state.to() + 1,
            last,
            hash.map(HashKv::compactRevision).orElse(-1L),
            state.authRevision(),
            now,
            granted,
            hash);
    String lastRevision = full.lastFingerprint();
    ChangesWriter.Finished finished = full.finish(header);
    BackupName name = BackupName.changes(header.from(), last, now);
    for (String suffix : settings.suffixes()) {
      name = name.withEncoding(suffix);
    }
    StoredBackup stored = store(name, finished);
    state = state.after(last, lastRevision, finished.sha256());
    writer = null;
    leases.clear();
    settings.listener().stored(Backup.of(stored, ZoneOffset.UTC), events);
    events = 0;
    requireAuth(auth);
  }

  private StoredBackup store(BackupName name, ChangesWriter.Finished finished)
      throws BackupException {
    BackupKey key = BackupKey.of(settings.project(), name.text());
    if (!mayStore.getAsBoolean()) {
      throw new StoreException("the lock was lost; " + key + " was not stored", null);
    }
    Content content = Content.of(finished.stream(), finished.size());
    try {
      return settings.store().put(key, settings.encodings().encode(content, name));
    } catch (StoreException e) {
      if (e.outcomeUnknown()) {
        Optional<StoredBackup> found = settings.store().find(key);
        if (found.isPresent()) {
          return found.get(); // what is there is whole
        }
      }
      throw e;
    }
  }
}
