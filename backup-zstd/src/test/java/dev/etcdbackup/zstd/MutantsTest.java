package dev.etcdbackup.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged data is refused, or decodes to the same content. */
class MutantsTest {
  private static final int MUTANTS = 50 * Integer.getInteger("etcdbackup.test.share", 100);

  private final Random random = new Random(15);
  private final byte[] content = Samples.text(4, 2_200_000);

  @Test
  void mutantsAreRefusedOrTheSame() throws Exception {
    byte[] encoded = Samples.encode(new Zstandard(), content);
    int refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutant(encoded);
      boolean stream = refusesOrEquals(i, () -> Samples.decode(mutant));
      boolean ranges = refusesOrEquals(i, () -> ranges(mutant));
      refused += stream || ranges ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(MUTANTS * 9 / 10);
  }

  private interface Decoding {
    byte[] run() throws IOException;
  }

  private boolean refusesOrEquals(int number, Decoding decoding) throws IOException {
    try {
      assertThat(Arrays.equals(decoding.run(), content)).as("mutant " + number).isTrue();
      return false;
    } catch (CorruptBackupException refused) {
      return true;
    }
  }

  private byte[] ranges(byte[] encoded) throws IOException {
    Optional<ByteRanges> ranges =
        new Zstandard().decodeRanges(new Samples.CountedRanges(encoded), Samples.NAME);
    if (ranges.isEmpty()) {
      return content; // read as a stream
    }
    return ranges.get().open(0, ranges.get().size()).readAllBytes();
  }

  private byte[] mutant(byte[] encoded) {
    byte[] mutant = encoded.clone();
    int at = random.nextInt(4) == 0 ? position(60) : random.nextInt(mutant.length);
    switch (random.nextInt(5)) {
      case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutant[at] = (byte) random.nextInt(256);
      case 2 -> mutant = Arrays.copyOf(mutant, at);
      case 3 -> {
        int length = Math.min(random.nextInt(200), mutant.length - at);
        Arrays.fill(mutant, at, at + length, (byte) 0);
      }
      default -> {
        int from = random.nextInt(mutant.length);
        int length = Math.min(random.nextInt(2000), mutant.length - Math.max(at, from));
        System.arraycopy(encoded, from, mutant, at, length);
      }
    }
    return mutant;
  }

  /** Near the beginning: the headers. */
  private int position(int most) {
    return random.nextInt(most);
  }
}
