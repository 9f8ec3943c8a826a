package dev.etcdbackup.shaded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is in the jar that this module makes. The class path has the libraries as they were. */
@Tag("server") // the jar is made after the fast tests
class ShadedJarTest {
  private static final String RELOCATED = "dev/etcdbackup/shaded/";
  private static final String LICENSES = "META-INF/licenses/";

  /** A name of a class that is not relocated, in the constants of a class file. */
  private static final Pattern UNRELOCATED =
      Pattern.compile("(?<![\\w/. -])L?(?:io/(?:grpc|netty|etcd|perfmark)|com/google)/");

  private static final Path JAR = Path.of(System.getProperty("etcdbackup.shaded.jar"));
  private static JarFile jar;
  private static Set<String> names;

  @BeforeAll
  static void open() throws IOException {
    jar = new JarFile(JAR.toFile());
    names =
        jar.stream()
            .filter(entry -> !entry.isDirectory())
            .map(ZipEntry::getName)
            .collect(Collectors.toCollection(TreeSet::new));
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  @Test
  void allClassesLieInPackagesOfOurs() {
    assertThat(names)
        .allMatch(
            name ->
                (name.startsWith("dev/etcdbackup/") && name.endsWith(".class"))
                    || name.equals("META-INF/MANIFEST.MF")
                    || name.startsWith("META-INF/services/dev.etcdbackup.shaded.")
                    || name.startsWith(LICENSES));
    assertThat(names)
        .contains(
            "dev/etcdbackup/etcd/EtcdConnection.class",
            "dev/etcdbackup/etcd/drill/Drill.class",
            RELOCATED + "io/grpc/ManagedChannel.class",
            RELOCATED + "io/netty/channel/Channel.class",
            RELOCATED + "com/google/protobuf/Message.class")
        .as("the class that takes a jetcd client of the application")
        .doesNotContain("dev/etcdbackup/etcd/JetcdConnection.class");
  }

  @Test
  void noClassNamesALibraryAsItWas() throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (String name : names) {
      if (name.endsWith(".class")
          && UNRELOCATED.matcher(text(name, StandardCharsets.ISO_8859_1)).find()) {
        wrong.add(name);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void servicesAreRelocated() throws IOException {
    Map<String, List<String>> services = new TreeMap<>();
    for (String name : names) {
      if (name.startsWith("META-INF/services/")) {
        List<String> providers =
            text(name, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
        services.put(name.substring("META-INF/services/".length()), providers);
      }
    }
    assertThat(services)
        .containsKeys(
            "dev.etcdbackup.shaded.io.grpc.ManagedChannelProvider",
            "dev.etcdbackup.shaded.io.grpc.NameResolverProvider",
            "dev.etcdbackup.shaded.io.grpc.LoadBalancerProvider");
    services.forEach(
        (service, providers) ->
            assertThat(providers)
                .as(service)
                .isNotEmpty()
                .allMatch(type -> names.contains(type.replace('.', '/') + ".class")));
  }

  @Test
  void everyLibraryInsideHasItsLicence() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    for (String line : text(LICENSES + "components.txt", StandardCharsets.UTF_8).lines().toList()) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ", 2);
        listed.put(words[0].substring(words[0].indexOf(':') + 1), words[1]);
      }
    }
    assertThat(listed.keySet()).isEqualTo(librariesInside());
    assertThat(listed.values()).allMatch(file -> names.contains(LICENSES + file));
  }

  @Test
  void aPomThatNamesWhatIsNotInside() throws IOException {
    String pom = Files.readString(JAR.resolveSibling("dependency-reduced-pom.xml"));
    Set<String> needed = new TreeSet<>();
    Matcher dependency =
        Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL).matcher(pom);
    while (dependency.find()) {
      Matcher artifact =
          Pattern.compile("<artifactId>(.*)</artifactId>").matcher(dependency.group());
      if (!dependency.group().contains("<scope>test</scope>") && artifact.find()) {
        needed.add(artifact.group(1));
      }
    }
    assertThat(needed).containsExactly("backup-snapshot", "jspecify", "slf4j-api");
  }

  @Test
  void itIsNotLargerThanItNeedsToBe() throws IOException {
    assertThat(Files.size(JAR)).isBetween(5_000_000L, 14_000_000L);
  }

  /** The jars of the class path that have a class which is inside, without the version. */
  private static Set<String> librariesInside() throws IOException {
    Set<String> inside = new TreeSet<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (path.endsWith(".jar") && !path.contains("backup-")) {
        try (JarFile library = new JarFile(path)) {
          if (library.stream()
              .map(ZipEntry::getName)
              .anyMatch(name -> name.endsWith(".class") && names.contains(RELOCATED + name))) {
            Path directory = Path.of(path).toAbsolutePath().getParent();
            inside.add(directory.getParent().getFileName().toString());
          }
        }
      }
    }
    return inside;
  }

  private static String text(String name, Charset charset) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return new String(in.readAllBytes(), charset);
    }
  }
}
