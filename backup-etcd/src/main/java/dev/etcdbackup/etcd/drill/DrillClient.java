package dev.etcdbackup.etcd.drill;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Revision;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.options.GetOption;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Asks a member that was started for a drill, and writes to it. */
final class DrillClient implements Closeable {
  private static final ByteSequence FIRST = ByteSequence.from(new byte[1]);

  private final LiveMember member;
  private final Client client;
  private final Duration timeout;

  DrillClient(URI endpoint, Supplier<ClientBuilder> settings, Duration timeout)
      throws SourceException {
    this.member = LiveMember.of(endpoint, settings, timeout);
    this.client = settings.get().copy().endpoints(endpoint).waitForReady(false).build();
    this.timeout = timeout;
  }

  /**
   * Makes sure that it is the member that was restored: ids are made of a token nobody else has.
   */
  void requireMember(long id) throws IOException {
    long found = await("asking", kv().get(FIRST)).getHeader().getMemberId();
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
    try {
      Optional<HashKv> now = member.hashKv(Revision.LATEST);
      boolean current = now.isPresent() && now.get().revision() == revision;
      return (current ? now : member.hashKv(Revision.of(revision)))
          .orElseThrow(
              () ->
                  new DrillMember.FailedException(
                      "the started etcd has no HashKV of revision " + revision));
    } catch (SourceException e) {
      throw new DrillMember.FailedException("the started etcd: " + e.getMessage(), e);
    }
  }

  /** How many keys it holds at a revision. */
  long count(long revision) throws IOException {
    GetOption option =
        GetOption.builder().withRange(FIRST).withCountOnly(true).withRevision(revision).build();
    return await("counting keys", kv().get(FIRST, option)).getCount();
  }

  void writeReadAndDelete() throws IOException {
    ByteSequence key = utf8("etcd-backup/drill/" + System.nanoTime());
    ByteSequence value = utf8("written by a drill");
    await("writing a key", kv().put(key, value));
    boolean same =
        await("reading a key", kv().get(key)).getKvs().stream()
            .anyMatch(one -> one.getValue().equals(value));
    if (!same || await("deleting a key", kv().delete(key)).getDeleted() != 1) {
      throw new DrillMember.FailedException("the started etcd does not hold what was written");
    }
  }

  private KV kv() {
    return client.getKVClient();
  }

  private <T> T await(String what, CompletableFuture<T> answer) throws IOException {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String said = String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}+", " ");
      throw new DrillMember.FailedException(what + " in the started etcd failed: " + said, e);
    } catch (TimeoutException e) {
      throw new DrillMember.FailedException(what + " in the started etcd takes too long", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + what);
    }
  }

  private static ByteSequence utf8(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.close();
    member.close();
  }
}
