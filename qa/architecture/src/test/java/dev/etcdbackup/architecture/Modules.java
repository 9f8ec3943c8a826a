package dev.etcdbackup.architecture;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The published modules as their directories and poms describe them. */
final class Modules {
  /** The root of the source tree. */
  static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);

  private Modules() {}

  /** The names of all published modules that make a jar, in the order of the parent's pom. */
  static List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    Matcher module =
        Pattern.compile("<module>(backup-[a-z0-9-]+)</module>")
            .matcher(pom(ROOT.resolve("pom.xml")));
    while (module.find()) {
      if (Files.isDirectory(ROOT.resolve(module.group(1)).resolve("src/main"))) {
        names.add(module.group(1));
      }
    }
    return names;
  }

  /** Each module with the modules of ours that it needs outside its tests. */
  static Map<String, List<String>> arrows() throws IOException {
    Map<String, List<String>> arrows = new LinkedHashMap<>();
    for (String name : names()) {
      List<String> needed = new ArrayList<>();
      Matcher dependency = DEPENDENCY.matcher(pom(ROOT.resolve(name).resolve("pom.xml")));
      while (dependency.find()) {
        String text = dependency.group(1);
        Matcher ours = Pattern.compile("<artifactId>(backup-[a-z0-9-]+)<").matcher(text);
        if (text.contains("<groupId>dev.etcdbackup<")
            && !text.contains("<scope>test<")
            && ours.find()) {
          needed.add(ours.group(1));
        }
      }
      arrows.put(name, needed);
    }
    return arrows;
  }

  /** The packages of a module, from its sources. */
  static SortedSet<String> packages(String module) throws IOException {
    Path sources = ROOT.resolve(module).resolve("src/main/java");
    SortedSet<String> packages = new TreeSet<>();
    if (Files.notExists(sources)) {
      return packages; // a jar of classes of others
    }
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".java") && !file.endsWith("module-info.java")) {
          String directory = sources.relativize(file.getParent()).toString();
          packages.add(directory.replace('/', '.'));
        }
      }
    }
    return packages;
  }

  /** The compiled classes of all modules. */
  static JavaClasses classes() throws IOException {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .importPaths(
            names().stream()
                .map(name -> ROOT.resolve(name).resolve("target/classes"))
                .filter(Files::isDirectory)
                .toList());
  }

  private static String pom(Path file) throws IOException {
    return COMMENT.matcher(Files.readString(file)).replaceAll("");
  }
}
