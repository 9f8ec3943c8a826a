package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.TestSnapshots.PAGE_SIZE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** A stream that generates a snapshot page by page; {@link TestSnapshots} describes its content. */
final class TestSnapshotStream extends InputStream {
  private static final int PAGE_HEADER = 16;
  private static final int ELEMENT = 16;
  private static final short LEAF = 0x02;
  private static final short META = 0x04;
  private static final long NO_FREELIST = -1;
  private static final long BUCKETS_PAGE = 2;
  private static final long TRANSACTION = 7;

  /** In the order of their bytes, as bbolt keeps them. */
  private static final List<String> BUCKETS =
      List.of(
          "alarm",
          "auth",
          "authRoles",
          "authUsers",
          "cluster",
          "key",
          "lease",
          "members",
          "members_removed",
          "meta");

  private final long pages;
  private final byte[] filler = new byte[64 * PAGE_SIZE]; // more than gzip's window of 32 KiB
  private final MessageDigest digest = newSha256();
  private long nextPage;
  private ByteBuffer ready = ByteBuffer.allocate(0);

  TestSnapshotStream(long seed, long pages) {
    this.pages = pages;
    new Random(seed).nextBytes(filler);
  }

  @Override
  public int read() {
    return fill() ? ready.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    int done = 0;
    while (done < length && fill()) {
      int count = Math.min(length - done, ready.remaining());
      ready.get(buffer, offset + done, count);
      done += count;
    }
    return done == 0 && length > 0 ? -1 : done;
  }

  @Override
  public int available() {
    return ready.remaining();
  }

  /** Makes the next page when the last is used up, and the SHA-256 after the last one. */
  private boolean fill() {
    if (!ready.hasRemaining() && nextPage <= pages) {
      if (nextPage == pages) {
        ready = ByteBuffer.wrap(digest.digest());
      } else {
        makePage();
        digest.update(ready.array());
      }
      nextPage++;
    }
    return ready.hasRemaining();
  }

  private void makePage() {
    if (ready.capacity() == 0) {
      ready = ByteBuffer.allocate(PAGE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    }
    ready.clear();
    if (nextPage < BUCKETS_PAGE) {
      makeMeta();
    } else if (nextPage == BUCKETS_PAGE) {
      makeBuckets();
    } else {
      int at = (int) (nextPage % (filler.length / PAGE_SIZE)) * PAGE_SIZE;
      ready.put(filler, at, PAGE_SIZE).clear();
      header(nextPage, (short) 0, 0);
    }
    ready.position(0);
  }

  private void makeMeta() {
    Arrays.fill(ready.array(), (byte) 0);
    header(nextPage, META, 0);
    ready.putInt(0xED0CDAED).putInt(2).putInt(PAGE_SIZE).putInt(0);
    ready.putLong(BUCKETS_PAGE).putLong(0).putLong(NO_FREELIST).putLong(pages);
    ready.putLong(TRANSACTION - nextPage); // a server writes the second meta with the one before
    long checksum = 0xcbf29ce484222325L;
    for (int i = PAGE_HEADER; i < ready.position(); i++) {
      checksum = (checksum ^ (ready.get(i) & 0xff)) * 0x100000001b3L;
    }
    ready.putLong(checksum);
  }

  private void makeBuckets() {
    Arrays.fill(ready.array(), (byte) 0);
    header(BUCKETS_PAGE, LEAF, BUCKETS.size());
    int valueSize = 16 + PAGE_HEADER; // root page 0 for "inline", sequence, an empty leaf
    int data = PAGE_HEADER + BUCKETS.size() * ELEMENT;
    for (int i = 0; i < BUCKETS.size(); i++) {
      byte[] name = BUCKETS.get(i).getBytes(US_ASCII);
      int element = PAGE_HEADER + i * ELEMENT;
      ready.position(element);
      ready.putInt(1).putInt(data - element).putInt(name.length).putInt(valueSize);
      ready.position(data);
      ready.put(name);
      ready.putShort(data + name.length + 16 + 8, LEAF);
      data += name.length + valueSize;
    }
  }

  private void header(long id, short flags, int count) {
    ready.putLong(id).putShort(flags).putShort((short) count).putInt(0);
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyRuntimeHasIt) {
      throw new IllegalStateException(everyRuntimeHasIt);
    }
  }
}
