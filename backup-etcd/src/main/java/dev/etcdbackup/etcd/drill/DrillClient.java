package dev.etcdbackup.etcd.drill;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Revision;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;

/** Asks a member that was started for a drill, and writes to it. */
final class DrillClient implements Closeable {
  private final LiveMember member;

  DrillClient(EtcdConnection connection, Duration timeout) throws SourceException {
    this.member = LiveMember.of(connection, timeout);
  }

  /** Makes sure that it is the member that was restored: ids are made of a token of this drill. */
  void requireMember(long id) throws IOException {
    long found = ask(member::id);
    if (found != id) {
      throw new DrillMember.FailedException(
          "another etcd answers than the one that was started: member "
              + Long.toHexString(found)
              + ", not "
              + Long.toHexString(id));
    }
  }

  /** Its hash at a revision, which is its current one if no lease has run out since it started. */
  HashKv hashKv(long revision) throws IOException {
    Optional<HashKv> now = ask(() -> member.hashKv(Revision.LATEST));
    boolean current = now.isPresent() && now.get().revision() == revision;
    return (current ? now : ask(() -> member.hashKv(Revision.of(revision))))
        .orElseThrow(
            () ->
                new DrillMember.FailedException(
                    "the started etcd has no HashKV of revision " + revision));
  }

  /** How many keys it holds at a revision. */
  long count(long revision) throws IOException {
    return ask(() -> member.countKeys(Revision.of(revision)));
  }

  void writeReadAndDelete() throws IOException {
    ask(
        () -> {
          member.checkWrites("etcd-backup/drill/" + System.nanoTime());
          return true;
        });
  }

  private interface Question<T> {
    T ask() throws SourceException;
  }

  private static <T> T ask(Question<T> question) throws IOException {
    try {
      return question.ask();
    } catch (SourceException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while asking the started etcd");
      }
      throw new DrillMember.FailedException("the started etcd: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    member.close();
  }
}
