package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/** Writes a database page by page, with any page size, gaps of free pages and a stored freelist. */
public final class BoltWriter implements AutoCloseable {
  /** A key and its value. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Pair(byte[] key, byte[] value) {}

  @SuppressWarnings("ArrayRecordComponent")
  private record Child(byte[] key, long id) {}

  private final FileChannel file;
  private final int pageSize;
  private final TreeMap<String, byte[]> buckets = new TreeMap<>();
  private final List<Long> free = new ArrayList<>();
  private int gap;
  private int fanout = Integer.MAX_VALUE;
  private boolean storesFreelist;
  private int extraLevels;
  private long next = 2;

  public BoltWriter(Path path, int pageSize) throws IOException {
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE);
    this.pageSize = pageSize;
  }

  /** Leaves free pages, holes of the file, before each page from now on. */
  public BoltWriter gap(int pages) {
    this.gap = pages;
    return this;
  }

  /** No branch has more children than this, so that small trees are deep. */
  public BoltWriter fanout(int children) {
    this.fanout = children;
    return this;
  }

  /** Puts branches with one child each on top of every tree. */
  public BoltWriter extraLevels(int levels) {
    this.extraLevels = levels;
    return this;
  }

  public BoltWriter storesFreelist() {
    this.storesFreelist = true;
    return this;
  }

  /** Writes a bucket whose pairs come in order; small ones go into the root's page. */
  public BoltWriter bucket(String name, Iterator<Pair> pairs) throws IOException {
    List<Child> level = new ArrayList<>();
    List<Pair> page = new ArrayList<>();
    int size = 16;
    while (pairs.hasNext()) {
      Pair pair = pairs.next();
      int more = 16 + pair.key().length + pair.value().length;
      if (size + more > pageSize && !page.isEmpty()) {
        level.add(leaf(page));
        page.clear();
        size = 16;
      }
      page.add(pair);
      size += more;
    }
    if (level.isEmpty() && size <= pageSize / 4) {
      byte[] image = image(0x02, 0, 0, page, List.of(), 0, size);
      buckets.put(name, ByteBuffer.allocate(16 + size).position(16).put(image).array());
      return this;
    }
    level.add(leaf(page));
    while (level.size() > 1) {
      level = branches(level);
    }
    for (int i = 0; i < extraLevels; i++) {
      level = List.of(branch(level, 32 + level.get(0).key().length));
    }
    long root = level.get(0).id();
    buckets.put(name, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(root).array());
    return this;
  }

  private List<Child> branches(List<Child> children) throws IOException {
    List<Child> level = new ArrayList<>();
    List<Child> page = new ArrayList<>();
    int size = 16;
    for (Child child : children) {
      int more = 16 + child.key().length;
      if (page.size() == fanout || (size + more > pageSize && page.size() > 1)) {
        level.add(branch(page, size));
        page.clear();
        size = 16;
      }
      page.add(child);
      size += more;
    }
    level.add(branch(page, size));
    return level;
  }

  private Child leaf(List<Pair> pairs) throws IOException {
    int size = 16;
    for (Pair pair : pairs) {
      size += 16 + pair.key().length + pair.value().length;
    }
    long id = allocate(size);
    write(id, image(0x02, id, pages(size) - 1, pairs, List.of(), 0, size));
    return new Child(pairs.isEmpty() ? new byte[0] : pairs.get(0).key(), id);
  }

  private Child branch(List<Child> children, int size) throws IOException {
    long id = allocate(size);
    write(id, image(0x01, id, pages(size) - 1, List.of(), children, 0, size));
    return new Child(children.get(0).key(), id);
  }

  private int pages(int size) {
    return (size + pageSize - 1) / pageSize;
  }

  private long allocate(int size) {
    for (int i = 0; i < gap; i++) {
      free.add(next++);
    }
    long id = next;
    next += pages(size);
    return id;
  }

  private void write(long id, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long position = id * pageSize;
    while (buffer.hasRemaining()) {
      position += file.write(buffer, position);
    }
  }

  private static byte[] image(
      int flags,
      long id,
      int overflow,
      List<Pair> pairs,
      List<Child> children,
      int leafFlags,
      int size) {
    ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    int count = pairs.size() + children.size();
    b.putLong(id).putShort((short) flags).putShort((short) count).putInt(overflow);
    int data = 16 + 16 * count;
    for (Pair pair : pairs) {
      int element = b.position();
      b.putInt(leafFlags)
          .putInt(data - element)
          .putInt(pair.key().length)
          .putInt(pair.value().length);
      b.put(data, pair.key()).put(data + pair.key().length, pair.value());
      data += pair.key().length + pair.value().length;
    }
    for (Child child : children) {
      int element = b.position();
      b.putInt(data - element).putInt(child.key().length).putLong(child.id());
      b.put(data, child.key());
      data += child.key().length;
    }
    return b.array();
  }

  /** Writes the root, the freelist, both meta pages, and the SHA-256 at the end. */
  @Override
  public void close() throws IOException {
    List<Pair> entries = new ArrayList<>();
    buckets.forEach(
        (name, value) -> entries.add(new Pair(name.getBytes(StandardCharsets.ISO_8859_1), value)));
    int size = 16;
    for (Pair entry : entries) {
      size += 16 + entry.key().length + entry.value().length;
    }
    long root = allocate(size);
    write(root, image(0x02, root, pages(size) - 1, entries, List.of(), 1, size));
    long freelist = storesFreelist ? freelist() : -1;
    byte[] last = new byte[1];
    write(next, last); // the file is as long as the database
    file.truncate(next * pageSize);
    for (int page = 0; page < 2; page++) {
      write(page, meta(page, root, freelist));
    }
    seal(file);
    file.close();
  }

  private long freelist() throws IOException {
    gap = 0;
    long id = allocate(24 + 8 * free.size());
    ByteBuffer b = ByteBuffer.allocate(24 + 8 * free.size()).order(ByteOrder.LITTLE_ENDIAN);
    boolean many = free.size() >= 0xffff;
    b.putLong(id).putShort((short) 0x10).putShort((short) (many ? 0xffff : free.size()));
    b.putInt(pages(24 + 8 * free.size()) - 1);
    if (many) {
      b.putLong(free.size());
    }
    free.forEach(b::putLong);
    write(id, b.array());
    return id;
  }

  private byte[] meta(int page, long root, long freelist) {
    ByteBuffer b = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(page).putShort((short) 4).putShort((short) 0).putInt(0);
    b.putInt(0xED0CDAED).putInt(2).putInt(pageSize).putInt(0);
    b.putLong(root).putLong(0).putLong(freelist).putLong(next).putLong(9 - page);
    b.putLong(checksum(b.array(), 0));
    return b.array();
  }

  /** The checksum of the meta page that begins at an offset. */
  public static long checksum(byte[] file, int offset) {
    long checksum = 0xcbf29ce484222325L;
    for (int i = offset + 16; i < offset + 72; i++) {
      checksum = (checksum ^ (file[i] & 0xff)) * 0x100000001b3L;
    }
    return checksum;
  }

  private static void seal(FileChannel file) throws IOException {
    long size = file.size();
    MessageDigest sha256 = sha256();
    ByteBuffer piece = ByteBuffer.allocate(1 << 20);
    for (long at = 0; at < size; at += piece.limit()) {
      piece.clear();
      if (file.read(piece, at) < 0) {
        throw new IOException("file ends early");
      }
      sha256.update(piece.flip());
    }
    file.write(ByteBuffer.wrap(sha256.digest()), size);
  }

  /** Puts the SHA-256 of all but the last 32 bytes there. */
  public static byte[] seal(byte[] snapshot) {
    MessageDigest sha256 = sha256();
    sha256.update(snapshot, 0, snapshot.length - 32);
    System.arraycopy(sha256.digest(), 0, snapshot, snapshot.length - 32, 32);
    return snapshot;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException everyRuntimeHasIt) {
      throw new IllegalStateException(everyRuntimeHasIt);
    }
  }
}
