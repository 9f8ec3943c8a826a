package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The command lines in the documents are understood by the tool. Each is run with {@code --help} at
 * its end, so that its command and the values of its options are read and nothing is done. A name
 * of an option that does not exist is ignored then, so each is looked for in the help.
 */
class DocumentedCommandsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("```\n(.*?)```", Pattern.DOTALL);

  /**
   * A word without the brackets of what may be left out, a text in double quotes, or a command
   * whose output is the word.
   */
  private static final Pattern WORD =
      Pattern.compile("\"\\$\\([^)]*\\)\"|\"([^\"]*)\"|\\[?([^\\s\\]\\[]+)\\]?");

  @Test
  void everyCommandLineInTheDocumentsIsUnderstood() throws Exception {
    String all = Cli.run("--help").out();
    List<String> refused = new ArrayList<>();
    int read = 0;
    for (Path document : documents()) {
      for (String line : commandLines(Files.readString(document))) {
        read++;
        List<String> words = words(line);
        Cli run = Cli.run(words.toArray(String[]::new));
        String help = run.out() + all;
        if (run.code() != 0
            || run.out().equals(all) // of a command that does not exist
            || !words.stream().allMatch(word -> isNoOptionOrOneOf(help, word))) {
          refused.add(ROOT.relativize(document) + ": " + line + "\n    " + run.err());
        }
      }
    }
    assertThat(refused).isEmpty();
    assertThat(read).as("command lines that were found").isGreaterThan(30);
  }

  private static boolean isNoOptionOrOneOf(String help, String word) {
    return !word.startsWith("-")
        || Pattern.compile(Pattern.quote(word.replaceFirst("=.*", "")) + "(?![\\w-])")
            .matcher(help)
            .find();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    for (String directory : List.of("", "docs", "backup-cli")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
      }
    }
    return documents;
  }

  private static List<String> commandLines(String document) {
    return BLOCK
        .matcher(document)
        .results()
        .flatMap(block -> block.group(1).replace("\\\n", " ").lines())
        .filter(line -> line.startsWith("etcd-backup "))
        .toList();
  }

  /** The arguments, as a shell would pass them, and {@code --help}. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(line.substring("etcd-backup ".length()));
    while (word.find() && !word.group().startsWith("#")) {
      String quoted = word.group(1);
      String plain = word.group(2);
      words.add(quoted != null ? quoted : plain != null ? plain : "KEY");
    }
    words.add("--help");
    return words;
  }
}
