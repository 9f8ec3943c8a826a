package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.SpaceUsage;
import dev.etcdbackup.snapshot.UsageOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code usage}. */
@Command(
    name = "usage",
    description =
        "Shows what fills the database of a snapshot: its pages, the keys by prefixes, leases or"
            + " sizes, their history, the largest keys and those that were changed most. Or, for"
            + " all backups of a project, how that changed over time.")
final class SpaceUsageCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(arity = "0..1", paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  private @Nullable SnapshotOperand operand;

  @Option(
      names = "--over-time",
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description =
          "A line for each backup of the project, read by a few ranges; and the prefixes"
              + " that grew most from the first to the last backup, for which these two are read"
              + " completely.")
  private @Nullable String project;

  @Option(
      names = "--depth",
      converter = Converters.Count.class,
      paramLabel = "N",
      description = "How many parts of a key, separated by '/', make a prefix. Default: 3.")
  private int depth = UsageOptions.DEFAULT.depth();

  @Option(
      names = "--by",
      converter = By.Converter.class,
      paramLabel = "prefix|lease|size",
      description = "How keys are grouped. Default: prefix.")
  private By by = By.PREFIX;

  @Option(
      names = "--top",
      converter = Converters.Count.class,
      paramLabel = "N",
      description = "How many groups and keys are printed. Default: 20.")
  private int top = UsageOptions.DEFAULT.top();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write a page for a browser, complete in one file. FILE is replaced.")
  private @Nullable Path html;

  SpaceUsageCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** How keys are grouped. */
  enum By {
    PREFIX,
    LEASE,
    SIZE;

    /** Reads the value of the option. */
    static final class Converter implements ITypeConverter<By> {
      @Override
      public By convert(String text) {
        for (By one : values()) {
          if (one.name().toLowerCase(Locale.ROOT).equals(text)) {
            return one;
          }
        }
        throw new TypeConversionException("'" + text + "' is not one of prefix, lease and size");
      }
    }
  }

  @Override
  public Integer call() throws UsageException, IOException {
    UsageOptions options = UsageOptions.DEFAULT.withDepth(depth).withTop(top);
    if (project != null) {
      if (operand != null || html != null) {
        throw new UsageException("--over-time goes without KEY|FILE and --html");
      }
      return new UsageOverTime(root, project, options, top).run();
    }
    if (operand == null) {
      throw new UsageException("nothing to show; give KEY, FILE or --over-time PROJECT");
    }
    SpaceUsage usage =
        new OperandReader(root).whole(operand, (snapshot, access) -> snapshot.usage(options));
    if (html != null) {
      write(html, new UsagePage(operand.toString(), usage).html());
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(UsageJson.of(usage));
    } else {
      print(usage, output);
    }
    return ExitCode.DONE;
  }

  private static void write(Path file, String text) throws IOException {
    try (AtomicFile written = AtomicFile.beside(file)) {
      written.write(StandardCharsets.UTF_8.encode(text));
      written.publishReplacing(file);
    } catch (IOException e) {
      throw new StoreException("--html: cannot write into " + file.toAbsolutePath().getParent(), e);
    }
  }

  private void print(SpaceUsage usage, Output output) {
    output.line(
        "database: "
            + usage.bytes()
            + " bytes, "
            + Counted.of(usage.pages(), "page")
            + " of "
            + usage.pageSize()
            + " bytes, at revision "
            + usage.revision());
    for (SpaceUsage.Space space : usage.spaces()) {
      output.line(
          "  "
              + space.name()
              + ": "
              + Counted.of(space.pages(), "page")
              + ", "
              + bytes(space, usage)
              + " bytes");
    }
    output.line("live keys: " + text(usage.live(), "key"));
    output.line("history: " + text(usage.history(), "event"));
    switch (by) {
      case PREFIX -> usage.prefixes().stream().limit(top).forEach(one -> output.line(text(one)));
      case LEASE -> usage.leases().stream().limit(top).forEach(one -> output.line(text(one)));
      case SIZE -> usage.sizes().forEach(one -> output.line(text(one)));
    }
    keys("largest keys:", usage.largest(), output);
    keys("most revised keys:", usage.mostRevised(), output);
  }

  private static void keys(String title, List<SpaceUsage.KeyUsage> keys, Output output) {
    output.line(title);
    for (SpaceUsage.KeyUsage one : keys) {
      output.line(
          "  "
              + BytesText.shown(one.key().getBytes(ISO_8859_1))
              + ": "
              + one.valueBytes()
              + " bytes, "
              + Counted.of(one.revisions(), "revision"));
    }
  }

  static long bytes(SpaceUsage.Space space, SpaceUsage usage) {
    return space.pages() * usage.pageSize();
  }

  private static String text(SpaceUsage.Count count, String noun) {
    return Counted.of(count.events(), noun) + ", " + Counted.of(count.bytes(), "byte");
  }

  private static String text(SpaceUsage.PrefixUsage one) {
    return "prefix "
        + name(one)
        + ": "
        + text(one.live(), "key")
        + "; history "
        + text(one.history(), "event");
  }

  /** The prefix for people. */
  static String name(SpaceUsage.PrefixUsage one) {
    if (one.rest()) {
      return "(others)";
    }
    return one.prefix().isEmpty() ? "(none)" : BytesText.shown(one.prefix().getBytes(ISO_8859_1));
  }

  private static String text(SpaceUsage.LeaseUsage one) {
    String lease = one.lease() == 0 ? "(none)" : Long.toHexString(one.lease());
    return "lease " + (one.rest() ? "(others)" : lease) + ": " + text(one.live(), "key");
  }

  private static String text(SpaceUsage.SizeClass one) {
    return "values "
        + (one.maxBytes() == Long.MAX_VALUE
            ? "above 1048576 bytes"
            : "up to " + one.maxBytes() + " bytes")
        + ": "
        + text(one.live(), "key");
  }
}
