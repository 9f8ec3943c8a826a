package dev.etcdbackup.service;

import static dev.etcdbackup.service.StoreContents.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded changes end with the SHA-256 of what is before it. */
class ChangesVerificationTest {
  private static final BackupKey KEY = BackupKey.of("p", "etcd.changes_v2-v9_2020-02-02-11:00:00");

  /** Content, and its SHA-256 after it. */
  private static byte[] changes(int length) throws Exception {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
    byte[] all = Arrays.copyOf(content, length + sha256.length);
    System.arraycopy(sha256, 0, all, length, sha256.length);
    return all;
  }

  private static boolean isGood(byte[] stored) throws Exception {
    InMemoryBackupStore store = new InMemoryBackupStore();
    put(store, KEY.toString(), stored);
    BackupService service = BackupService.builder(store).build();
    return service.verify(service.list("p").get(0)).ok();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 33, 65_503, 65_504, 65_505, 200_000})
  void theServiceVerifiesThem(int length) throws Exception {
    byte[] good = changes(length);
    assertThat(isGood(good)).isTrue();
    for (int at : new int[] {0, length / 2, good.length - 1}) {
      byte[] damaged = good.clone();
      damaged[at] ^= 1;
      assertThat(isGood(damaged)).as("byte %d", at).isFalse();
    }
    assertThat(isGood(Arrays.copyOf(good, good.length - 1))).isFalse();
    assertThat(isGood(Arrays.copyOf(good, good.length + 1))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 33, 100, 5000})
  void theyAreVerifiedOnTheWayInPiecesOfAnySize(int length) throws Exception {
    byte[] good = changes(length);
    for (int seed = 0; seed < 20; seed++) {
      assertThat(readInPieces(new TrailerInputStream(pieces(good, seed)), seed)).isEqualTo(good);
      byte[] damaged = good.clone();
      damaged[new Random(seed).nextInt(good.length)] ^= 1;
      int pieces = seed;
      TrailerInputStream in = new TrailerInputStream(pieces(damaged, pieces));
      assertThat(catchThrowable(() -> readInPieces(in, pieces)))
          .isInstanceOf(CorruptBackupException.class);
      assertThat(catchThrowable(in::read)).isInstanceOf(CorruptBackupException.class);
    }
    TrailerInputStream cut =
        new TrailerInputStream(new ByteArrayInputStream(good, 0, good.length - 1));
    assertThat(catchThrowable(cut::readAllBytes)).isInstanceOf(CorruptBackupException.class);
  }

  private static InputStream pieces(byte[] bytes, int seed) {
    Random random = new Random(seed);
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(70)));
      }
    };
  }

  private static byte[] readInPieces(InputStream in, int seed) throws IOException {
    Random random = new Random(seed);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[100];
    while (true) {
      if (random.nextInt(4) == 0) {
        int one = in.read();
        if (one < 0) {
          return out.toByteArray();
        }
        out.write(one);
      } else {
        int read = in.read(buffer, 3, 1 + random.nextInt(90));
        if (read < 0) {
          return out.toByteArray();
        }
        out.write(buffer, 3, read);
      }
    }
  }
}
