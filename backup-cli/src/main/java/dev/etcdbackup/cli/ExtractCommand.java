package dev.etcdbackup.cli;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code extract}. */
@Command(
    name = "extract",
    description =
        "Takes one key out of a snapshot and prints its value, byte for byte; or with -o json one"
            + " key or all below a prefix, with their values, revisions and leases. Ends with 1"
            + " when there is none.")
final class ExtractCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(index = "0", paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "KEYNAME",
      description =
          "The key in etcd, for example /registry/secrets/default/a. When there is none and"
              + " KEYNAME has \\\\xNN, as 'keys' prints bytes that are not UTF-8, the key with those"
              + " bytes.")
  private @Nullable String key;

  @Option(
      names = "--key-hex",
      paramLabel = "HEX",
      description = "Instead of KEYNAME the bytes of the key in hexadecimal digits.")
  private @Nullable String keyHex;

  @Option(
      names = "--key-base64",
      paramLabel = "BASE64",
      description = "Instead of KEYNAME the bytes of the key in Base64.")
  private @Nullable String keyBase64;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description =
          "Instead of one key those that begin with this; with -o json. A byte that is not UTF-8"
              + " is written \\xNN.")
  private @Nullable String prefix;

  @Option(
      names = "--rev",
      converter = Converters.StateAt.class,
      paramLabel = "R",
      description = "As it was at this revision. Default: the last.")
  private Revision revision = Revision.LATEST;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  ExtractCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    List<KeyRange> ranges = ranges();
    return new OperandReader(root)
        .whole(operand, point, (snapshot, way) -> print(cursor(snapshot, ranges)));
  }

  /** What is looked for, and what instead when that is not there. */
  private List<KeyRange> ranges() throws UsageException {
    long given = Stream.of(key, keyHex, keyBase64, prefix).filter(Objects::nonNull).count();
    if (given != 1) {
      throw new UsageException(
          (given == 0 ? "nothing" : "more than one thing")
              + " to extract; give one of KEYNAME, --key-hex, --key-base64 and --prefix");
    }
    if (keyHex != null) {
      return List.of(decoded("--key-hex", keyHex, HexFormat.of()::parseHex));
    }
    if (keyBase64 != null) {
      return List.of(decoded("--key-base64", keyBase64, Base64.getDecoder()::decode));
    }
    if (key != null) {
      byte[] literal = key.getBytes(StandardCharsets.UTF_8);
      return List.of(KeyRange.of(literal), KeyRange.of(BytesText.unescaped(key)));
    }
    if (!root.output().isJson()) {
      throw new UsageException("--prefix needs -o json: plain output is a single value");
    }
    return List.of(KeyRange.prefix(BytesText.unescaped(Objects.requireNonNull(prefix))));
  }

  private KeyCursor cursor(EtcdSnapshot snapshot, List<KeyRange> ranges)
      throws UsageException, IOException {
    try {
      KeyCursor first = snapshot.keys(ranges.get(0), revision);
      return first.size() > 0 || ranges.size() == 1
          ? first
          : snapshot.keys(ranges.get(1), revision);
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--rev: " + e.getMessage());
    }
  }

  private static KeyRange decoded(String option, String text, Function<String, byte[]> decoder)
      throws UsageException {
    try {
      byte[] bytes = decoder.apply(text);
      if (bytes.length > 0) {
        return KeyRange.of(bytes);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": '" + text + "' cannot be decoded: " + e.getMessage());
    }
    throw new UsageException(option + ": a key has at least one byte");
  }

  private String shownKey() {
    return Stream.of(key, keyHex, keyBase64).filter(Objects::nonNull).findAny().orElse("");
  }

  private int print(KeyCursor keys) throws IOException {
    Output output = root.output();
    if (keys.size() == 0) {
      String what = prefix != null ? "no key that begins with " + prefix : "no key " + shownKey();
      String at = " at revision " + keys.revision();
      return root.failures().report(operand + ": there is " + what + at, ExitCode.NO);
    }
    if (!output.isJson()) {
      keys.next();
      output.bytes(keys.value());
      return ExitCode.DONE;
    }
    Output.Rows rows = output.rows();
    while (keys.next()) {
      rows.json(KeysCommand.KeyJson.of(keys, keys.value()));
    }
    rows.end();
    return ExitCode.DONE;
  }
}
