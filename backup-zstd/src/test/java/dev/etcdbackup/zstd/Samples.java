package dev.etcdbackup.zstd;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Content, and the shortest ways to encode and decode it. */
final class Samples {
  static final BackupName NAME = BackupName.parse("etcd.backup_v1450_2020-01-30-20:44:41.zst");

  private Samples() {}

  /** Text of few words, which compresses well. */
  static byte[] text(int seed, int size) {
    Random random = new Random(seed);
    String[] words = {"pod", "node", "secret", "lease", "kube-system", "{\"kind\":", "true"};
    StringBuilder text = new StringBuilder(size + 20);
    while (text.length() < size) {
      text.append(words[random.nextInt(words.length)]).append(random.nextInt(50)).append(' ');
    }
    return text.substring(0, size).getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] encode(Zstandard encoding, byte[] content) throws IOException {
    try (InputStream in =
        encoding.encode(Content.of(new ByteArrayInputStream(content)), NAME).stream()) {
      return in.readAllBytes();
    }
  }

  static byte[] decode(byte[] encoded) throws IOException {
    try (InputStream in = new Zstandard().decode(new ByteArrayInputStream(encoded), NAME)) {
      return in.readAllBytes();
    }
  }

  /** Runs the program zstd on a file and returns what it writes to its standard output. */
  static byte[] zstd(Path file, String... options) throws IOException, InterruptedException {
    String[] command = new String[options.length + 3];
    command[0] = "zstd";
    System.arraycopy(options, 0, command, 1, options.length);
    command[options.length + 1] = "-c";
    command[options.length + 2] = file.toString();
    Path errors = Files.createTempFile("zstd", ".err");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    byte[] out = process.getInputStream().readAllBytes();
    int code = process.waitFor();
    String said = Files.readString(errors);
    Files.delete(errors);
    if (code != 0) {
      throw new IOException("zstd ended with " + code + ": " + said);
    }
    return out;
  }

  /** Bytes in memory that count the requests for them. */
  static final class CountedRanges implements ByteRanges {
    private final byte[] bytes;
    int requests;
    long read;

    CountedRanges(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long offset, long length) throws BackupException {
      requests++;
      read += length;
      return new ByteArrayInputStream(bytes, (int) offset, (int) length);
    }
  }
}
