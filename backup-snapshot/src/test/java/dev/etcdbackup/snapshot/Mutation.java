package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.util.Arrays;
import java.util.Random;

/** Ways in which a file goes bad. */
enum Mutation {
  /** One to four bytes get another value, or one bit each. */
  FLIP {
    @Override
    byte[] of(byte[] good, Random random) {
      byte[] bad = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = position(random, bad.length);
        bad[at] ^= (byte) (random.nextBoolean() ? 1 << random.nextInt(8) : random.nextInt(255) + 1);
      }
      return bad;
    }
  },
  /** The end is missing. */
  TRUNCATE {
    @Override
    byte[] of(byte[] good, Random random) {
      int length = random.nextInt(good.length);
      // Half of them look as if they had their SHA-256.
      length = random.nextBoolean() ? Math.max(length / 512 * 512 - 480, 0) : length;
      return Arrays.copyOf(good, length);
    }
  },
  /** A range is there twice, the second time over what was there. */
  DUPLICATE {
    @Override
    byte[] of(byte[] good, Random random) {
      byte[] bad = good.clone();
      int length = length(random, good.length);
      int from = unit(random, random.nextInt(good.length - length));
      int to = unit(random, random.nextInt(good.length - length));
      System.arraycopy(good, from, bad, to, length);
      return bad;
    }
  },
  /** Two ranges have changed places. */
  SWAP {
    @Override
    byte[] of(byte[] good, Random random) {
      byte[] bad = good.clone();
      int length = length(random, good.length);
      int a = unit(random, random.nextInt(good.length - length));
      int b = unit(random, random.nextInt(good.length - length));
      System.arraycopy(good, a, bad, b, length);
      System.arraycopy(good, b, bad, a, length);
      return bad;
    }
  },
  /** A range is all zeros. */
  ZERO {
    @Override
    byte[] of(byte[] good, Random random) {
      byte[] bad = good.clone();
      int length = length(random, good.length);
      int from = random.nextInt(good.length - length);
      Arrays.fill(bad, from, from + length, (byte) 0);
      return bad;
    }
  },
  /** A number of a header or an element is another one, and a meta page's checksum is right. */
  FORGE {
    @Override
    byte[] of(byte[] good, Random random) {
      byte[] bad = good.clone();
      int page = random.nextInt(good.length / 1024) * 1024;
      int at = page + random.nextInt(40) * 2;
      long number = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(100) - 20;
      int size = 1 << (1 + random.nextInt(3));
      for (int i = 0; i < size && at + i < bad.length; i++) {
        bad[at + i] = (byte) (number >>> (8 * i));
      }
      int pageSize = 1024 << (random.nextInt(2) * 2);
      for (int meta = 0; meta <= pageSize && meta + 80 <= bad.length; meta += pageSize) {
        long checksum = BoltWriter.checksum(bad, meta);
        for (int i = 0; i < 8; i++) {
          bad[meta + 72 + i] = (byte) (checksum >>> (8 * i));
        }
      }
      return bad;
    }
  };

  abstract byte[] of(byte[] good, Random random);

  /** Anywhere, but half the time near the beginning of a page, where everything is decided. */
  static int position(Random random, int length) {
    int at = random.nextInt(length);
    return random.nextBoolean() ? at : Math.min(at / 1024 * 1024 + random.nextInt(128), length - 1);
  }

  private static int length(Random random, int size) {
    int length = random.nextBoolean() ? 1024 << (2 * random.nextInt(2)) : 1 + random.nextInt(200);
    return Math.min(length, size / 2);
  }

  /** Half the time whole pages. */
  private static int unit(Random random, int position) {
    return random.nextBoolean() ? position / 1024 * 1024 : position;
  }
}
