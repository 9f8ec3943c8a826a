package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.name.BackupName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * An encoding with one mistake, or none: the content in pieces, each with its length before and the
 * CRC-32 of it and all before it behind; the last piece is empty.
 */
final class WrongEncoding implements BackupEncoding {
  private static final int PIECE = 1000;

  enum Mistake {
    NONE,
    LOSES_A_BYTE,
    REPEATS_AFTER_THE_END,
    READS_AT_ONCE,
    LEAVES_OPEN,
    WRAPS_FAILURES,
    WRAPS_FAILURES_OF_THE_STORE,
    TAKES_A_CUT_FOR_THE_END,
    IGNORES_CHANGES,
    IGNORES_WHAT_FOLLOWS,
    SHIFTS_RANGES,
    HOLDS_ALL,
    TAKES_ANYTHING,
    HAS_ANOTHER_SUFFIX
  }

  private final Set<Mistake> mistakes;

  WrongEncoding(Mistake... mistakes) {
    this.mistakes = Set.of(mistakes);
  }

  /** The mistake in words, the rule that it breaks, the encoding. */
  static Stream<Object[]> all() {
    return Stream.of(
        wrong("loses a byte", "whatWasEncodedIsDecoded", Mistake.LOSES_A_BYTE),
        wrong("begins again after the end", "theEndIsTheEnd", Mistake.REPEATS_AFTER_THE_END),
        wrong("reads at once", "nothingIsReadBeforeTheResultIs", Mistake.READS_AT_ONCE),
        wrong("leaves open", "closingTheResultClosesWhatItReads", Mistake.LEAVES_OPEN),
        wrong("wraps failures", "aFailureOfTheContentIsThrownUnchanged", Mistake.WRAPS_FAILURES),
        wrong(
            "wraps failures of the store",
            "aFailureOfTheEncodedBytesIsThrownUnchanged",
            Mistake.WRAPS_FAILURES_OF_THE_STORE),
        wrong("takes a cut for the end", "cutDataIsNeverComplete", Mistake.TAKES_A_CUT_FOR_THE_END),
        wrong("ignores changes", "changedDataIsRefusedOrChangesNothing", Mistake.IGNORES_CHANGES),
        wrong(
            "decodes what follows",
            "furtherDataIsRefusedOrChangesNothing",
            Mistake.IGNORES_WHAT_FOLLOWS),
        wrong("shifts ranges", "rangesAreSlices", Mistake.SHIFTS_RANGES),
        wrong("holds all", "memoryDoesNotDependOnTheSize", Mistake.HOLDS_ALL),
        wrong("takes anything", "otherDataIsRefused", Mistake.TAKES_ANYTHING),
        wrong("has another suffix", "theNameEndsWithTheSuffix", Mistake.HAS_ANOTHER_SUFFIX));
  }

  private static Object[] wrong(String what, String rule, Mistake mistake) {
    Supplier<BackupEncoding> encoding = () -> new WrongEncoding(mistake);
    return new Object[] {what, rule, encoding};
  }

  private boolean has(Mistake mistake) {
    return mistakes.contains(mistake);
  }

  @Override
  public String suffix() {
    return has(Mistake.HAS_ANOTHER_SUFFIX) ? ".gpg" : ".zst";
  }

  @Override
  public Content encode(Content content, BackupName name) throws BackupException {
    InputStream in = content.stream();
    if (has(Mistake.READS_AT_ONCE)) {
      in = new PushbackInputStream(in);
      try {
        ((PushbackInputStream) in).unread(in.read());
      } catch (IOException e) {
        in = content.stream();
      }
    }
    return Content.of(new Pieces(in, true));
  }

  @Override
  public InputStream decode(InputStream encoded, BackupName name) {
    return new Pieces(encoded, false);
  }

  @Override
  public Optional<ByteRanges> decodeRanges(ByteRanges encoded, BackupName name)
      throws BackupException {
    byte[] all;
    try {
      all = decode(encoded.open(0, encoded.size()), name).readAllBytes();
    } catch (IOException e) {
      throw e instanceof BackupException own ? own : new SourceException("unexpected", e);
    }
    int shift = has(Mistake.SHIFTS_RANGES) ? 1 : 0;
    return Optional.of(
        new ByteRanges() {
          @Override
          public long size() {
            return all.length;
          }

          @Override
          public InputStream open(long offset, long length) {
            if (offset < 0 || offset > all.length - length) {
              throw new IllegalArgumentException("out of range");
            }
            int begin = (int) Math.max(0, offset - shift);
            return new ByteArrayInputStream(all, begin, (int) length);
          }
        });
  }

  /** Both directions, a piece at a time. */
  private final class Pieces extends InputStream {
    private final InputStream in;
    private final boolean encoding;
    private final CRC32 crc = new CRC32();
    private ByteBuffer out = ByteBuffer.allocate(0);
    private boolean ended;
    private boolean repeated;

    Pieces(InputStream in, boolean encoding) {
      this.in = in;
      this.encoding = encoding;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      while (!out.hasRemaining() && !ended) {
        out = encoding ? encode() : decode();
      }
      if (!out.hasRemaining()) {
        if (has(Mistake.REPEATS_AFTER_THE_END) && encoding && !repeated) {
          repeated = true;
          return -1;
        }
        if (repeated) {
          target[offset] = 1;
          return 1;
        }
        return -1;
      }
      int count = Math.min(length, out.remaining());
      out.get(target, offset, count);
      return count;
    }

    private ByteBuffer encode() throws IOException {
      byte[] piece;
      try {
        piece = has(Mistake.HOLDS_ALL) ? in.readAllBytes() : in.readNBytes(PIECE);
      } catch (SourceException e) {
        throw has(Mistake.WRAPS_FAILURES) ? new IOException(e) : e;
      }
      ended = piece.length == 0;
      crc.update(piece);
      int lost = has(Mistake.LOSES_A_BYTE) && piece.length > 0 && piece.length < PIECE ? 1 : 0;
      ByteBuffer buffer = ByteBuffer.allocate(piece.length + 8);
      buffer.putInt(piece.length - lost).put(piece, 0, piece.length - lost);
      if (lost > 0) {
        crc.reset();
      }
      buffer.putInt((int) crc.getValue());
      return buffer.flip();
    }

    private ByteBuffer decode() throws IOException {
      int length = number();
      byte[] piece = take(length);
      crc.update(piece);
      boolean unchecked =
          has(Mistake.IGNORES_CHANGES) || has(Mistake.LOSES_A_BYTE) || has(Mistake.TAKES_ANYTHING);
      if (number() != (int) crc.getValue() && !unchecked) {
        throw new CorruptBackupException("a piece is damaged");
      }
      ended |= length == 0;
      if (length == 0 && has(Mistake.IGNORES_WHAT_FOLLOWS)) {
        crc.reset();
        in.mark(1);
        ended = in.available() == 0;
      } else if (ended && in.read() >= 0) {
        throw new CorruptBackupException("more follows");
      }
      return ByteBuffer.wrap(piece);
    }

    private int number() throws IOException {
      return ByteBuffer.wrap(take(Integer.BYTES)).getInt();
    }

    private byte[] take(int length) throws IOException {
      if (length < 0 || length > (has(Mistake.HOLDS_ALL) ? Integer.MAX_VALUE : PIECE)) {
        if (has(Mistake.TAKES_ANYTHING)) {
          ended = true;
          return new byte[0];
        }
        throw new CorruptBackupException("a piece is too long");
      }
      byte[] bytes;
      try {
        bytes = in.readNBytes(length);
      } catch (CorruptBackupException e) {
        throw e;
      } catch (IOException e) {
        throw has(Mistake.WRAPS_FAILURES_OF_THE_STORE) ? new IOException(e) : e;
      }
      if (bytes.length == length) {
        return bytes;
      }
      if (has(Mistake.TAKES_A_CUT_FOR_THE_END) || has(Mistake.TAKES_ANYTHING)) {
        ended = true;
        return Arrays.copyOf(bytes, length);
      }
      throw new CorruptBackupException("cut");
    }

    @Override
    public void close() throws IOException {
      if (!has(Mistake.LEAVES_OPEN)) {
        in.close();
      }
    }
  }
}
