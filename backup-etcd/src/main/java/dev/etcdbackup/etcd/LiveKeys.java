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
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The keys of a running cluster in their order, all as of one revision, in pages that hold about 1
 * MiB. A page that is larger than gRPC takes (4 MiB) is asked for again with fewer keys; a single
 * key that is larger comes without its value.
 *
 * <p>The range is read in parts: for each page etcd goes over all keys from the first one to the
 * end that was asked for, to count them ({@code treeIndex.Revisions} in etcd's {@code
 * mvcc/index.go}). With the end of the whole range in each request, the time it takes would grow
 * with the square of the number of keys.
 */
final class LiveKeys {
  private static final int FIRST_PAGE = 16;
  static final int LARGEST_PAGE = 1000;
  private static final int PAGE_BYTES = 1 << 20;
  private static final ByteString NUL = ByteString.copyFrom(new byte[1]);

  private final LiveConnection etcd;
  private final ByteString end;
  private final Iterator<byte[]> parts;
  private final Deque<KeyValue> page = new ArrayDeque<>();
  private ByteString next;
  private ByteString partEnd;
  private long limit = FIRST_PAGE;
  private long revision; // 0 until the first page
  private boolean more = true;
  private boolean withoutValue;

  /**
   * @param starts keys inside the range, in their order, at which new parts begin; best with about
   *     {@link #LARGEST_PAGE} keys in each
   */
  LiveKeys(LiveConnection etcd, KeyRange range, List<byte[]> starts) {
    this.etcd = etcd;
    this.parts = starts.iterator();
    byte[] from = range.from();
    this.next = from.length == 0 ? NUL : ByteString.copyFrom(from);
    this.end = range.to().map(ByteString::copyFrom).orElse(NUL); // NUL: no end
    this.partEnd = endOfPart();
  }

  private ByteString endOfPart() {
    return parts.hasNext() ? ByteString.copyFrom(parts.next()) : end;
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
    RangeResponse answer;
    try {
      answer = ask(limit, false);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
        throw failed(e);
      }
      if (limit > 1) {
        limit = Math.max(limit / 4, 1);
        return; // asked again with fewer
      }
      answer = key();
      withoutValue = true;
    }
    revision = revision == 0 ? answer.getHeader().getRevision() : revision;
    page.addAll(answer.getKvsList());
    if (answer.getMore()) {
      next = page.getLast().getKey().concat(NUL);
    } else if (partEnd.equals(end)) {
      more = false;
    } else {
      next = partEnd;
      partEnd = endOfPart();
    }
    if (!page.isEmpty()) {
      long size = Math.max(answer.getSerializedSize(), 1);
      long fitting = Math.max(answer.getKvsCount() * (long) PAGE_BYTES / size, 1);
      limit = Math.min(Math.min(fitting, 4 * limit), LARGEST_PAGE);
    }
  }

  private RangeResponse key() throws SourceException {
    try {
      return ask(1, true);
    } catch (StatusRuntimeException e) {
      throw failed(e);
    }
  }

  private RangeResponse ask(long keys, boolean keysOnly) throws SourceException {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(next)
            .setRangeEnd(partEnd)
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
