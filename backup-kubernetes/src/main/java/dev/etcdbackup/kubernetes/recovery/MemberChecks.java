package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Revision;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Checks that the members of the new cluster are healthy and hold equal data. */
record MemberChecks(Members members, Function<URI, EtcdConnection> connections) {
  private static final Duration WRITE = Duration.ofSeconds(5);
  private static final Duration HASH = Duration.ofMinutes(5);

  /** What a comparison found. */
  sealed interface Comparison {
    /** All members are equal. */
    record Equal(String message) implements Comparison {}

    /** Something cannot be compared yet. */
    record NotYet(String reason) implements Comparison {}

    /** The members do not hold what they should. */
    record Different(String problem) implements Comparison {}
  }

  private interface Question<T> {
    T ask(LiveMember member) throws SourceException;
  }

  /**
   * Writes, reads and deletes a key through each member, which needs a leader.
   *
   * @return the first problem; empty when all are well
   */
  Optional<String> unhealthy(String key) throws IOException {
    for (int i = 0; i < members.count(); i++) {
      try {
        ask(
            i,
            WRITE,
            member -> {
              member.checkWrites(key);
              return true;
            });
      } catch (SourceException e) {
        return Optional.of("member " + members.pod(i) + ": " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Compares all members with the backup when its hash is known, else with each other. */
  Comparison compare(Optional<HashKv> backup) throws IOException {
    try {
      if (backup.isPresent()) {
        return compareAt(backup.get().revision(), backup);
      }
      long common = Long.MAX_VALUE;
      for (int i = 0; i < members.count(); i++) {
        Optional<HashKv> latest = ask(i, HASH, member -> member.hashKv(Revision.LATEST));
        if (latest.isEmpty()) {
          return new Comparison.NotYet(
              "member " + members.pod(i) + " does not hash its current revision");
        }
        common = Math.min(common, latest.get().revision());
      }
      return compareAt(common, Optional.empty());
    } catch (SourceException e) {
      return new Comparison.NotYet(String.valueOf(e.getMessage()));
    }
  }

  private Comparison compareAt(long revision, Optional<HashKv> backup) throws IOException {
    List<HashKv> found = new ArrayList<>();
    for (int i = 0; i < members.count(); i++) {
      Optional<HashKv> one = ask(i, HASH, member -> member.hashKv(Revision.of(revision)));
      if (one.isEmpty()) {
        return new Comparison.NotYet(
            "member " + members.pod(i) + " has no HashKV of revision " + revision);
      }
      found.add(one.get());
    }
    HashKv wanted = backup.orElse(found.get(0));
    for (int i = 0; i < members.count(); i++) {
      HashKv one = found.get(i);
      if (one.compactRevision() != wanted.compactRevision()) {
        return backup.isPresent()
            ? compare(Optional.empty()) // compacted since; the members still must agree
            : new Comparison.NotYet("the members are compacted to different revisions");
      }
      if (one.hash() != wanted.hash()) {
        return new Comparison.Different(
            "HashKV of member "
                + members.pod(i)
                + " at revision "
                + revision
                + " is "
                + one.hash()
                + ", of "
                + (backup.isPresent() ? "the backup " : "member " + members.pod(0) + " ")
                + wanted.hash());
      }
    }
    return new Comparison.Equal(
        "HashKV is "
            + wanted.hash()
            + " at revision "
            + revision
            + " on "
            + Counted.of(members.count(), "member")
            + (backup.isPresent() ? " and in the backup" : "; not compared with the backup"));
  }

  private <T> T ask(int index, Duration timeout, Question<T> question) throws IOException {
    URI url = URI.create(members.clientUrl(index));
    try (LiveMember member = LiveMember.of(connections.apply(url), timeout)) {
      return question.ask(member);
    } catch (SourceException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while asking " + url);
      }
      throw e;
    }
  }
}
