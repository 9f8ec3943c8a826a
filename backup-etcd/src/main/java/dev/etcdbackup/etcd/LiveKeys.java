package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.KeyRange;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;

/**
 * The keys of a running cluster in their order, all as of one revision, in pages that hold about 1
 * MiB. A page that is larger than gRPC takes (4 MiB) is asked for again with fewer keys; a single
 * key that is larger comes without its value.
 *
 * <p>Whatever the limit of a page is, etcd visits all keys of the range that is asked for, to count
 * them. So each page is asked for with an end, which is taken from keys that are likely to be
 * there.
 */
final class LiveKeys {
  private static final int FIRST_PAGE = 16;
  private static final int LARGEST_PAGE = 1000;
  private static final int PAGE_BYTES = 1 << 20;
  private static final ByteString NUL = ByteString.copyFrom(new byte[1]);
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final LiveConnection etcd;
  private final ByteString end;
  private final LikelyKeys likely;
  private final Deque<KeyValue> page = new ArrayDeque<>();
  private ByteString next;
  private long limit = FIRST_PAGE;
  private long revision; // 0 until the first page
  private boolean more = true;
  private boolean withoutValue;

  /** Keys of the range that are likely to be in the cluster. */
  @FunctionalInterface
  interface LikelyKeys {
    /** The key that is so many keys further than where the reader is; empty beyond the last. */
    Optional<byte[]> ahead(int keys);
  }

  LiveKeys(LiveConnection etcd, KeyRange range, LikelyKeys likely) {
    this.etcd = etcd;
    this.likely = likely;
    byte[] from = range.from();
    this.next = from.length == 0 ? NUL : ByteString.copyFrom(from);
    this.end = range.to().map(ByteString::copyFrom).orElse(NUL); // NUL: no end
  }

  /** The revision that is read; after the first page. */
  long revision() {
    return revision;
  }

  /** Whether the key that was returned last is too large for its value to be there. */
  boolean isWithoutValue() {
    return withoutValue;
  }

  /** The next key; the default one, whose key is empty, at the end. */
  KeyValue next() throws SourceException {
    while (page.isEmpty() && more) {
      load();
    }
    return page.isEmpty() ? KeyValue.getDefaultInstance() : page.removeFirst();
  }

  private void load() throws SourceException {
    withoutValue = false;
    ByteString pageEnd = pageEnd();
    RangeResponse answer;
    try {
      answer = ask(pageEnd, limit, false);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
        throw failed(e);
      }
      if (limit > 1) {
        limit = Math.max(limit / 4, 1);
        return; // asked again with fewer
      }
      answer = key(pageEnd);
      withoutValue = true;
    }
    revision = revision == 0 ? answer.getHeader().getRevision() : revision;
    page.addAll(answer.getKvsList());
    if (!answer.getMore()) {
      next = pageEnd;
      more = !pageEnd.equals(end);
    } else {
      next = page.getLast().getKey().concat(NUL);
    }
    if (!page.isEmpty()) {
      long size = Math.max(answer.getSerializedSize(), 1);
      long fitting = Math.max(answer.getKvsCount() * (long) PAGE_BYTES / size, 1);
      limit = Math.min(Math.min(fitting, 4 * limit), LARGEST_PAGE);
    }
  }

  /** A likely key after twice as many as fit into the page, or more; else the end of the range. */
  private ByteString pageEnd() {
    for (long keys = 2 * limit; keys <= Integer.MAX_VALUE; keys *= 2) {
      Optional<byte[]> key = likely.ahead((int) keys);
      if (key.isEmpty()) {
        break;
      }
      ByteString candidate = ByteString.copyFrom(key.get());
      if (ORDER.compare(candidate, next) > 0) {
        return candidate;
      }
    }
    return end;
  }

  private RangeResponse key(ByteString pageEnd) throws SourceException {
    try {
      return ask(pageEnd, 1, true);
    } catch (StatusRuntimeException e) {
      throw failed(e);
    }
  }

  private RangeResponse ask(ByteString pageEnd, long keys, boolean keysOnly)
      throws SourceException {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(next)
            .setRangeEnd(pageEnd)
            .setLimit(keys)
            .setRevision(revision)
            .setKeysOnly(keysOnly)
            .build();
    return etcd.call(KVGrpc.getRangeMethod(), request);
  }

  private SourceException failed(StatusRuntimeException e) {
    String hint =
        e.getStatus().getCode() == Status.Code.OUT_OF_RANGE
            ? "; revision " + revision + " was compacted while it was read, run it again"
            : "";
    return new SourceException(
        etcd.explain(e, "the user needs READ on the keys that are compared") + hint, e);
  }
}
