package dev.etcdbackup.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/architecture.md and docs/api.md against the code. {@code -Dupdate=true} writes the
 * picture of the modules anew; the list of public types is edited by hand, because each public type
 * is a decision.
 */
class DocumentsTest {
  private static final Path ARCHITECTURE = Modules.ROOT.resolve("docs/architecture.md");
  private static final Path API = Modules.ROOT.resolve("docs/api.md");
  private static final Pattern PICTURE = Pattern.compile("```mermaid\n.*?```", Pattern.DOTALL);
  private static final Pattern TYPE = Pattern.compile("`(dev\\.etcdbackup\\.[\\w.]+)`");

  @Test
  void thePictureOfTheModulesIsThatOfTheBuild() throws IOException {
    String document = Files.readString(ARCHITECTURE);
    String expected = PICTURE.matcher(document).replaceFirst(Matcher.quoteReplacement(picture()));
    if (Boolean.getBoolean("update")) {
      Files.writeString(ARCHITECTURE, expected);
    }
    assertThat(Files.readString(ARCHITECTURE))
        .as("docs/architecture.md; run this test with -Dupdate=true to draw it again")
        .isEqualTo(expected);
  }

  @Test
  void everyPublicTypeIsListedAndNoOther() throws IOException {
    Set<String> listed = new TreeSet<>();
    Matcher type = TYPE.matcher(Files.readString(API));
    while (type.find()) {
      listed.add(type.group(1));
    }
    Set<String> all = publicTypes();
    Set<String> unlisted = new TreeSet<>(all);
    unlisted.removeAll(listed);
    assertThat(unlisted).as("public types that docs/api.md does not list").isEmpty();
    listed.removeAll(all);
    assertThat(listed).as("types in docs/api.md that are not public").isEmpty();
  }

  /** Public top-level types in packages that a module exports to everyone. */
  private static Set<String> publicTypes() throws IOException {
    Set<String> exported = new TreeSet<>();
    for (String module : Modules.names()) {
      Path info = Modules.ROOT.resolve(module).resolve("src/main/java/module-info.java");
      if (Files.exists(info)) {
        Matcher exports = Pattern.compile("exports ([\\w.]+);").matcher(Files.readString(info));
        while (exports.find()) {
          exported.add(exports.group(1));
        }
      } else if (!module.equals("backup-cli")) { // an application
        exported.addAll(Modules.packages(module));
      }
    }
    Set<String> types = new TreeSet<>();
    for (JavaClass type : Modules.classes()) {
      if (type.isTopLevelClass()
          && type.getModifiers().contains(JavaModifier.PUBLIC)
          && exported.contains(type.getPackageName())) {
        types.add(type.getFullName());
      }
    }
    return types;
  }

  private static String picture() throws IOException {
    StringBuilder out = new StringBuilder("```mermaid\nflowchart TD\n");
    Modules.arrows()
        .forEach(
            (module, needed) -> {
              out.append("  ").append(module).append('\n');
              for (String other : needed) {
                out.append("  ").append(module).append(" --> ").append(other).append('\n');
              }
            });
    return out.append("```").toString();
  }
}
