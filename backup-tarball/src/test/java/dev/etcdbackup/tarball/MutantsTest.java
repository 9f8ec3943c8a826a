package dev.etcdbackup.tarball;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged tarballs are refused, or hold the same snapshot. */
class MutantsTest {
  private static final int MUTANTS = 50 * Integer.getInteger("etcdbackup.test.share", 100);
  private static final int HEADERS = 300; // of gzip and of tar, compressed

  private final Random random = new Random(15);

  @Test
  void mutantsAreRefusedOrTheSame() throws IOException {
    byte[] tarball = pack(Tarballs.SNAPSHOT);
    assertThat(tarball.length).isGreaterThan(HEADERS);
    int refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
      refused += refusesOrEquals(i, mutant(tarball)) ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(MUTANTS * 9 / 10);
  }

  private static byte[] pack(byte[] snapshot) throws IOException {
    Content content = Content.of(new ByteArrayInputStream(snapshot), snapshot.length);
    try (InputStream packing = new Tarball().encode(content, Tarballs.NAME).stream()) {
      return packing.readAllBytes();
    }
  }

  private static boolean refusesOrEquals(int number, byte[] mutant) throws IOException {
    try {
      byte[] unpacked = Tarballs.unpack(mutant);
      assertThat(Arrays.equals(unpacked, Tarballs.SNAPSHOT)).as("mutant " + number).isTrue();
      return false;
    } catch (CorruptBackupException refused) {
      assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(300);
      return true;
    }
  }

  private byte[] mutant(byte[] tarball) {
    byte[] mutant = tarball.clone();
    int at = random.nextInt(random.nextInt(4) == 0 ? HEADERS : mutant.length);
    switch (random.nextInt(6)) {
      case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutant[at] = (byte) random.nextInt(256);
      case 2 -> mutant = Arrays.copyOf(mutant, at);
      case 3 -> mutant = Arrays.copyOf(mutant, mutant.length + 1 + random.nextInt(600));
      case 4 -> {
        int length = Math.min(random.nextInt(200), mutant.length - at);
        Arrays.fill(mutant, at, at + length, (byte) 0);
      }
      default -> {
        int from = random.nextInt(mutant.length);
        int length = Math.min(random.nextInt(2000), mutant.length - Math.max(at, from));
        System.arraycopy(tarball, from, mutant, at, length);
      }
    }
    return mutant;
  }
}
