package dev.etcdbackup.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.properties.CanBeAnnotated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a native image must be told of, because nothing in the byte code says it: {@code
 * reachability-metadata.json} of each module names what is there, and names all of it. {@code
 * -Dupdate=true} writes that of the command line tool anew.
 */
class NativeImageTest {
  private static final String DIRECTORY = "META-INF/native-image/dev.etcdbackup/";

  /** Calls that find a class or a file by a text. */
  private static final Set<String> BY_NAME =
      Set.of(
          "java.lang.Class.forName",
          "java.lang.Class.getResource",
          "java.lang.Class.getResourceAsStream",
          "java.lang.ClassLoader.loadClass",
          "java.lang.ClassLoader.getResource",
          "java.lang.ClassLoader.getResourceAsStream",
          "java.lang.reflect.Proxy.newProxyInstance",
          "java.util.ResourceBundle.getBundle",
          "java.util.ServiceLoader.load");

  private static final Pattern REFLECTION =
      Pattern.compile("  \"reflection\": \\[\n.*?\n  ],\n", Pattern.DOTALL);

  /** The JVM makes them by the name that a property has. */
  private static final Set<String> MADE_BY_THE_JVM = Set.of("dev.etcdbackup.cli.SilentLogging");

  private static final Map<String, JsonNode> METADATA = new HashMap<>();
  private static JavaClasses classes;

  @BeforeAll
  static void read() throws IOException {
    classes = Modules.classes();
    for (String module : Modules.names()) {
      Path file = file(module);
      if (Files.exists(file)) {
        METADATA.put(module, new ObjectMapper().readTree(file.toFile()));
      }
    }
    assertThat(METADATA).isNotEmpty();
  }

  @Test
  void whatIsNamedExists() throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (Map.Entry<String, JsonNode> entry : METADATA.entrySet()) {
      String module = entry.getKey();
      for (JsonNode type : entry.getValue().path("reflection")) {
        if (!exists(type.path("type").asText())) {
          wrong.add(module + ": no class " + type.path("type").asText());
        }
      }
      for (JsonNode resource : entry.getValue().path("resources")) {
        if (!Files.isRegularFile(output(module).resolve(resource.path("glob").asText()))) {
          wrong.add(module + ": no file " + resource.path("glob").asText());
        }
      }
      conditions(module).stream()
          .filter(type -> !classes.contain(type))
          .forEach(type -> wrong.add(module + ": no class of ours " + type));
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyClassThatFindsSomethingByNameHasItsEntry() throws IOException {
    Set<String> named = new HashSet<>();
    for (String module : METADATA.keySet()) {
      named.addAll(conditions(module));
    }
    Set<String> missing = new TreeSet<>();
    for (JavaClass type : classes) {
      for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
        String method = call.getTargetOwner().getFullName() + "." + call.getTarget().getName();
        if (BY_NAME.contains(method) && !named.contains(type.getFullName())) {
          missing.add(type.getFullName() + " calls " + method);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyFileThatAModuleReadsIsNamed() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (String module : Modules.names()) {
      Set<String> named = new HashSet<>();
      METADATA
          .getOrDefault(module, new ObjectMapper().createObjectNode())
          .path("resources")
          .forEach(resource -> named.add(resource.path("glob").asText()));
      if (Files.isDirectory(output(module))) {
        try (Stream<Path> files = Files.walk(output(module))) {
          files
              .filter(Files::isRegularFile)
              .map(file -> output(module).relativize(file).toString())
              .filter(name -> !name.endsWith(".class") && !name.startsWith("META-INF/"))
              .filter(name -> !named.contains(name))
              .forEach(name -> missing.add(module + ": " + name));
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void whatIsReadOfTheToolByReflectionIsNamed() throws IOException {
    String expected =
        classes.stream()
            .filter(type -> isReadByPicocli(type) || MADE_BY_THE_JVM.contains(type.getFullName()))
            .map(JavaClass::getFullName)
            .sorted()
            .map(
                type ->
                    "    {\"type\": \""
                        + type
                        + "\", \"allDeclaredConstructors\": true, \"allDeclaredFields\": true,"
                        + " \"allDeclaredMethods\": true}")
            .collect(Collectors.joining(",\n", "  \"reflection\": [\n", "\n  ],\n"));
    Path file = file("backup-cli");
    if (Boolean.getBoolean("update")) {
      Files.writeString(
          file,
          REFLECTION
              .matcher(Files.readString(file))
              .replaceFirst(Matcher.quoteReplacement(expected)));
    }
    assertThat(Files.readString(file))
        .as("%s; run this test with -Dupdate=true to write it again", file)
        .contains(expected);
  }

  private static boolean isReadByPicocli(JavaClass type) {
    return isAnnotated(type)
        || type.getMembers().stream().anyMatch(NativeImageTest::isAnnotated)
        || isMadeByPicocli(type);
  }

  private static boolean isAnnotated(CanBeAnnotated element) {
    return element.isAnnotatedWith(
        DescribedPredicate.describe(
            "of picocli",
            annotation -> annotation.getRawType().getPackageName().equals("picocli")));
  }

  /** Named in an annotation; lambdas are not. */
  private static boolean isMadeByPicocli(JavaClass type) {
    return type.getPackageName().startsWith("dev.etcdbackup.cli")
        && (type.isAssignableTo("picocli.CommandLine$ITypeConverter")
            || type.isAssignableTo("picocli.CommandLine$IVersionProvider"));
  }

  private static Set<String> conditions(String module) {
    Set<String> types = new TreeSet<>();
    for (JsonNode kind : METADATA.get(module)) {
      for (JsonNode entry : kind) {
        String type = entry.path("condition").path("typeReached").asText();
        if (!type.isEmpty()) {
          types.add(type);
        }
      }
    }
    return types;
  }

  /**
   * Optional libraries are not on the class path of this test; a test of their module uses them.
   */
  private static boolean exists(String type) {
    if (type.startsWith("org.testcontainers.")) {
      return true;
    }
    try {
      Class.forName(type, false, NativeImageTest.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Path file(String module) {
    return Modules.ROOT.resolve(
        module + "/src/main/resources/" + DIRECTORY + module + "/reachability-metadata.json");
  }

  private static Path output(String module) {
    return Modules.ROOT.resolve(module).resolve("target/classes");
  }
}
