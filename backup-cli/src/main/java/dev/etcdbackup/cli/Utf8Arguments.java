package dev.etcdbackup.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The arguments as UTF-8. Java decodes them in the encoding of the locale, and in containers, which
 * often have none, replaces every other byte than ASCII, by a question mark for example. On Linux
 * the bytes can still be read from {@code /proc/self/cmdline}.
 */
final class Utf8Arguments {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private Utf8Arguments() {}

  /**
   * Decodes the arguments of this process.
   *
   * @param args as Java decoded them
   * @throws UsageException when they cannot be decoded for certain
   */
  static String[] of(String[] args) throws UsageException {
    if ("UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"))) {
      return args;
    }
    try {
      return of(args, Files.readAllBytes(COMMAND_LINE));
    } catch (IOException e) {
      if (Stream.of(args).allMatch(one -> isAscii(one) && one.indexOf('?') < 0)) {
        return args;
      }
      throw refused();
    }
  }

  /** Decodes the last arguments of a command line, in which each ends with a zero byte. */
  static String[] of(String[] args, byte[] commandLine) throws UsageException {
    List<String> all = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        all.add(decoded(ByteBuffer.wrap(commandLine, start, i - start)));
        start = i + 1;
      }
    }
    if (all.size() < args.length) {
      throw refused();
    }
    String[] decoded = all.subList(all.size() - args.length, all.size()).toArray(String[]::new);
    for (int i = 0; i < args.length; i++) {
      if (isAscii(decoded[i]) && !decoded[i].equals(args[i])) { // they are others
        throw refused();
      }
    }
    return decoded;
  }

  private static String decoded(ByteBuffer bytes) throws UsageException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw refused();
    }
  }

  private static UsageException refused() {
    return new UsageException(
        "an argument is not ASCII and this locale is not UTF-8; set LC_ALL=C.UTF-8");
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
