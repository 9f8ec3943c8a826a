package dev.etcdbackup.tarball;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** A tar put together block by block, right or wrong. */
final class HandMadeTar {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A header in ustar format with a right checksum, and padded data. */
  HandMadeTar entry(String name, char type, byte[] data) {
    return header(name, type, data.length).data(data);
  }

  HandMadeTar directory(String name) {
    return entry(name, '5', new byte[0]);
  }

  HandMadeTar file(String name, byte[] data) {
    return entry(name, '0', data);
  }

  HandMadeTar link(String name, char type, String target) {
    byte[] block = block(name, type, "00000000000");
    put(block, 157, target);
    return raw(withChecksum(block));
  }

  HandMadeTar header(String name, char type, long size) {
    return raw(withChecksum(block(name, type, String.format("%011o", size))));
  }

  /** A header whose size field holds any text, or bytes above 127 as chars. */
  HandMadeTar headerOfSize(String name, String size) {
    return raw(withChecksum(block(name, '0', size)));
  }

  HandMadeTar data(byte[] data) {
    raw(data);
    return raw(new byte[-data.length & (BLOCK - 1)]);
  }

  HandMadeTar pax(char type, String... records) {
    StringBuilder all = new StringBuilder();
    for (String record : records) {
      int length = record.length() + 4;
      while (Integer.toString(length).length() + record.length() + 2 != length) {
        length = Integer.toString(length).length() + record.length() + 2;
      }
      all.append(length).append(' ').append(record).append('\n');
    }
    return entry("PaxHeaders/x", type, all.toString().getBytes(StandardCharsets.UTF_8));
  }

  HandMadeTar raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  HandMadeTar end() {
    return raw(new byte[2 * BLOCK]);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  byte[] gzipped() {
    return gzip(bytes());
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zipped.toByteArray();
  }

  private static byte[] block(String name, char type, String size) {
    byte[] block = new byte[BLOCK];
    put(block, 0, name);
    put(block, 100, "0000600\0000000000\0000000000\0");
    put(block, 124, size);
    put(block, 136, "13616246727");
    block[156] = (byte) type;
    put(block, 257, "ustar\00000");
    return block;
  }

  private static byte[] withChecksum(byte[] block) {
    put(block, 148, "        ");
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, String.format("%06o\0 ", sum));
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }
}
