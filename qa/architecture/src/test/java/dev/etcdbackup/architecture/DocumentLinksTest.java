package dev.etcdbackup.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Follows the links between the documents: to a file that is there, and to a heading in it. */
class DocumentLinksTest {
  private static final Pattern CODE =
      Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

  @Test
  void everyLinkLeadsToAFileAndAHeadingThatExist() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path document : documents()) {
      Matcher link = LINK.matcher(text(document));
      while (link.find()) {
        String target = link.group(1);
        if (!target.contains("://") && !target.startsWith("mailto:")) {
          links++;
          if (!leadsSomewhere(document, target)) {
            broken.add(Modules.ROOT.relativize(document) + " -> " + target);
          }
        }
      }
    }
    assertThat(broken).as("links in documents that lead nowhere").isEmpty();
    assertThat(links).as("links that were followed").isGreaterThan(50);
  }

  private static boolean leadsSomewhere(Path document, String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    if (!Files.exists(file)) {
      return false;
    }
    return hash < 0
        || !file.toString().endsWith(".md")
        || anchors(file).contains(target.substring(hash + 1));
  }

  /** The anchors that GitHub gives to the headings of a document. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new TreeSet<>();
    Matcher heading = HEADING.matcher(text(document));
    while (heading.find()) {
      String shown = heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1").strip();
      anchors.add(
          shown.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_\\- ]", "").replace(' ', '-'));
    }
    return anchors;
  }

  private static String text(Path document) throws IOException {
    return CODE.matcher(Files.readString(document)).replaceAll("");
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    for (String directory : List.of(".", "backup-cli", "docs", "docs/decisions")) {
      try (Stream<Path> files = Files.list(Modules.ROOT.resolve(directory).normalize())) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
      }
    }
    return documents;
  }
}
