package dev.etcdbackup.faults;

import java.util.Arrays;

/** What can become of a stored backup. */
enum StoredDamage {
  /** A byte's bits are turned over. */
  FLIPPED("a byte is another one") {
    @Override
    byte[] of(byte[] good, int position) {
      byte[] bad = good.clone();
      bad[position] ^= (byte) 0xff;
      return bad;
    }
  },
  /** It ends early. */
  CUT("cut off") {
    @Override
    byte[] of(byte[] good, int position) {
      return Arrays.copyOf(good, position);
    }
  },
  /** What follows is zeroes, as after a power cut. */
  ZEROED("zeroes to the end") {
    @Override
    byte[] of(byte[] good, int position) {
      byte[] bad = good.clone();
      Arrays.fill(bad, position, bad.length, (byte) 0);
      return bad;
    }
  };

  private final String text;

  StoredDamage(String text) {
    this.text = text;
  }

  abstract byte[] of(byte[] good, int position);

  @Override
  public String toString() {
    return text;
  }
}
