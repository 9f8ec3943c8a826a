package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.name.BackupName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link BackupEncoding} as JUnit 5 tests. Extend this class, and implement what
 * makes the encoding under test.
 *
 * <p>The inputs are made from fixed seeds, so a failure can be repeated.
 */
public abstract class BackupEncodingContract {
  private static final int MAX_LAG = 48 << 20;
  private static final int LARGE = 160 << 20;
  private static final int SMALL = 3000;

  /** For subclasses. */
  protected BackupEncodingContract() {}

  /**
   * Makes the encoding under test.
   *
   * @return an encoding that decodes what it encodes
   * @throws Exception when it cannot be made; the test fails
   */
  protected abstract BackupEncoding encoding() throws Exception;

  /**
   * Returns a name under which the encoding stores backups, for example {@code
   * BackupName.periodic("etcd.backup", 7, Instant.EPOCH).withEncoding(".zst")}.
   *
   * @return the name, which ends with the suffix of the encoding
   */
  protected abstract BackupName name();

  /**
   * Returns how many of the changed inputs are tried, to keep slow encodings within a limit.
   *
   * @return the number of bytes that are flipped and of lengths at which the data is cut, 1000 by
   *     default
   */
  protected int mutants() {
    return 1000;
  }

  /**
   * Returns how large the content is by which memory is tested.
   *
   * @return the number of bytes, 160 MiB by default; less for an encoding that allows less of what
   *     is no snapshot, but more than 48 MiB
   */
  protected int largeSize() {
    return LARGE;
  }

  @Test
  void whatWasEncodedIsDecoded() throws Exception {
    Random random = new Random(1);
    int[] sizes = {0, 1, 2, 31, 32, 4095, 4096, 65_535, 65_536, 65_537, 1 << 20, 5_000_011};
    for (int size : sizes) {
      byte[] content = content(random, size);
      assertThat(decode(encode(content))).as(size + " bytes").isEqualTo(content);
    }
    for (int i = 0; i < 50; i++) {
      byte[] content = content(random, random.nextInt(200_000));
      assertThat(decode(encode(content))).as(content.length + " bytes").isEqualTo(content);
    }
  }

  @Test
  void theEndIsTheEnd() throws Exception {
    byte[] content = content(new Random(2), SMALL);
    try (InputStream encoded = encoder(new ByteArrayInputStream(content), content.length)) {
      encoded.readAllBytes();
      assertThat(encoded.read()).isEqualTo(-1);
      assertThat(encoded.read(new byte[7])).isEqualTo(-1);
    }
    try (InputStream decoded = decoder(new ByteArrayInputStream(encode(content)))) {
      decoded.readAllBytes();
      assertThat(decoded.read()).isEqualTo(-1);
      assertThat(decoded.read(new byte[7])).isEqualTo(-1);
    }
  }

  @Test
  void theNameEndsWithTheSuffix() throws Exception {
    assertThat(BackupEncodings.of(encoding())).as("a set of the encoding").isNotNull();
    assertThat(name().encodings())
        .as("encodings of %s", name())
        .isNotEmpty()
        .last()
        .isEqualTo(encoding().suffix());
  }

  @Test
  void nothingIsReadBeforeTheResultIs() throws Exception {
    WatchedStream content = new WatchedStream(content(new Random(3), SMALL));
    encoder(content, SMALL).close();
    assertThat(content.wasRead()).isFalse();
  }

  @Test
  void closingTheResultClosesWhatItReads() throws Exception {
    WatchedStream content = new WatchedStream(content(new Random(4), SMALL));
    encoder(content, SMALL).close();
    assertThat(content.wasClosed()).as("content closed").isTrue();
    WatchedStream encoded = new WatchedStream(encode(content(new Random(4), SMALL)));
    decoder(encoded).close();
    assertThat(encoded.wasClosed()).as("encoded bytes closed").isTrue();
  }

  @Test
  void aFailureOfTheContentIsThrownUnchanged() throws Exception {
    byte[] content = content(new Random(5), SMALL);
    for (int at : new int[] {0, 1, SMALL / 2, SMALL}) {
      SourceException failure = new SourceException("scripted");
      InputStream failing = new WatchedStream(content).before(at, raise(failure));
      try (InputStream encoded = encoder(failing, SMALL)) {
        assertThatThrownBy(
                encoded::readAllBytes, "failure at byte %d of %d of the content", at, SMALL)
            .isSameAs(failure);
      }
    }
  }

  @Test
  void aFailureOfTheEncodedBytesIsThrownUnchanged() throws Exception {
    byte[] encoded = encode(content(new Random(6), SMALL));
    for (int at : new int[] {0, 1, encoded.length / 2, encoded.length}) {
      IOException failure = new IOException("scripted");
      InputStream failing = new WatchedStream(encoded).before(at, raise(failure));
      assertThatThrownBy(
              () -> {
                try (InputStream decoded = decoder(failing)) {
                  decoded.readAllBytes();
                }
              },
              "failure at byte %d of %d encoded bytes, all of which must be read",
              at,
              encoded.length)
          .isSameAs(failure);
    }
  }

  @Test
  void cutDataIsNeverComplete() throws Exception {
    byte[] content = content(new Random(7), SMALL);
    byte[] encoded = encode(content);
    for (int length : samples(encoded.length)) {
      requireRefusedOrEqual(Arrays.copyOf(encoded, length), content, "cut to " + length);
    }
  }

  @Test
  void changedDataIsRefusedOrChangesNothing() throws Exception {
    Random random = new Random(8);
    byte[] content = content(random, SMALL);
    byte[] encoded = encode(content);
    for (int at : samples(encoded.length)) {
      byte[] changed = encoded.clone();
      changed[at] ^= (byte) (1 << random.nextInt(8));
      requireRefusedOrEqual(changed, content, "byte " + at + " changed");
    }
  }

  @Test
  void furtherDataIsRefusedOrChangesNothing() throws Exception {
    byte[] content = content(new Random(9), SMALL);
    byte[] encoded = encode(content);
    byte[] twice = Arrays.copyOf(encoded, 2 * encoded.length);
    System.arraycopy(encoded, 0, twice, encoded.length, encoded.length);
    requireRefusedOrEqual(twice, content, "twice");
    requireRefusedOrEqual(Arrays.copyOf(encoded, encoded.length + 1), content, "and a zero");
  }

  @Test
  void otherDataIsRefused() throws Exception {
    for (int size : new int[] {0, 1, 100, 70_000}) {
      byte[] other = new byte[size];
      new Random(10).nextBytes(other);
      assertThatThrownBy(() -> decode(other), "%d other bytes", size)
          .isInstanceOf(CorruptBackupException.class);
    }
  }

  @Test
  void rangesAreSlices() throws Exception {
    Random random = new Random(11);
    byte[] content = content(random, 9_000_000);
    byte[] encoded = encode(content);
    Optional<ByteRanges> ranges = encoding().decodeRanges(new Bytes(encoded), name());
    if (ranges.isEmpty()) {
      return; // it can only be decoded from the beginning
    }
    assertThat(ranges.get().size()).isEqualTo(content.length);
    for (int i = 0; i < 200; i++) {
      int begin = i == 0 ? content.length : random.nextInt(content.length);
      int most = i % 20 == 0 ? content.length : 70_000;
      int length = random.nextInt(Math.min(most, content.length - begin) + 1);
      try (InputStream in = ranges.get().open(begin, length)) {
        assertThat(Arrays.equals(in.readAllBytes(), 0, length, content, begin, begin + length))
            .as("%d bytes at %d", length, begin)
            .isTrue();
      }
    }
    int size = content.length;
    assertThatThrownBy(() -> ranges.get().open(size, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ranges.get().open(-1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void memoryDoesNotDependOnTheSize() throws Exception {
    int size = largeSize();
    try (Endless content = new Endless(size);
        Counted encoded = new Counted(encoder(content, size));
        InputStream decoded = decoder(encoded)) {
      byte[] piece = new byte[1 << 16];
      long count = 0;
      int read;
      while ((read = decoded.read(piece)) >= 0) {
        count += read;
        assertThat(content.count - encoded.count)
            .as("bytes held while encoding")
            .isLessThan(MAX_LAG);
        assertThat(encoded.count - count).as("bytes held while decoding").isLessThan(MAX_LAG);
      }
      assertThat(count).isEqualTo(size);
    }
  }

  private int[] samples(int length) {
    int step = Math.max(1, length / mutants());
    int[] samples = new int[(length + step - 1) / step];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = i * step;
    }
    return samples;
  }

  private void requireRefusedOrEqual(byte[] encoded, byte[] content, String what) throws Exception {
    byte[] decoded;
    try {
      decoded = decode(encoded);
    } catch (CorruptBackupException | KeyUnavailableException refused) {
      return;
    } catch (IOException | RuntimeException | LinkageError e) {
      fail(
          "data that was "
              + what
              + " must be refused with CorruptBackupException or KeyUnavailableException",
          e);
      return;
    }
    assertThat(Arrays.equals(decoded, content)).as("content of data that was " + what).isTrue();
  }

  private static WatchedStream.Step raise(IOException failure) {
    return () -> {
      throw failure;
    };
  }

  /** Begins as a snapshot would if it has the size for it; some parts repeat, others do not. */
  private static byte[] content(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    int at = 0;
    while (at < size) {
      int length = Math.min(size - at, random.nextInt(20_000) + 1);
      if (random.nextBoolean()) {
        Arrays.fill(bytes, at, at + length, (byte) random.nextInt(3));
      }
      at += length;
    }
    return bytes;
  }

  private InputStream encoder(InputStream content, long size) throws Exception {
    return encoding().encode(Content.of(content, size), name()).stream();
  }

  private InputStream decoder(InputStream encoded) throws Exception {
    return encoding().decode(encoded, name());
  }

  private byte[] encode(byte[] content) throws Exception {
    try (InputStream in = encoder(new ByteArrayInputStream(content), content.length)) {
      return in.readAllBytes();
    }
  }

  private byte[] decode(byte[] encoded) throws Exception {
    try (InputStream in = decoder(new ByteArrayInputStream(encoded))) {
      return in.readAllBytes();
    }
  }

  private static final class Bytes implements ByteRanges {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long offset, long length) throws BackupException {
      return new ByteArrayInputStream(bytes, (int) offset, (int) length);
    }
  }

  /** Bytes that do not compress. */
  private static final class Endless extends InputStream {
    private final Random random = new Random(12);
    private final long size;
    private long count;

    Endless(long size) {
      this.size = size;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (count == size) {
        return -1;
      }
      int filled = (int) Math.min(Math.min(length, 4096), size - count);
      byte[] bytes = new byte[filled];
      random.nextBytes(bytes);
      System.arraycopy(bytes, 0, target, offset, filled);
      count += filled;
      return filled;
    }
  }

  private static final class Counted extends InputStream {
    private final InputStream in;
    private long count;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = in.read(target, offset, length);
      count += Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
