package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who gets the jar gets the licences of all that is inside. Runs after the jar was built. */
@Tag("server")
class LicencesTest {
  private static final Path JAR = Path.of("target/etcd-backup.jar");
  private static final String LICENCES = "META-INF/licenses/";

  private JarFile jar;
  private Set<String> names;

  @BeforeEach
  void open() throws IOException {
    assertThat(JAR).as("built by 'mvn package'").exists();
    jar = new JarFile(JAR.toFile());
    names = jar.stream().map(ZipEntry::getName).collect(Collectors.toSet());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void everyLibraryInsideIsListedWithItsLicence() throws IOException {
    Map<String, String> listed = components();
    Set<String> used = new TreeSet<>();
    Set<String> missing = new TreeSet<>();
    for (String library : librariesInside()) { // GROUP:ARTIFACT
      String group = library.substring(0, library.indexOf(':'));
      String line = listed.containsKey(library) ? library : group;
      (listed.containsKey(line) ? used : missing).add(line);
    }
    assertThat(missing).isEmpty();
    assertThat(used).as("nothing is listed that is not inside").isEqualTo(listed.keySet());
  }

  @Test
  void everyFileThatTheListNamesIsThereAndNoOther() throws IOException {
    Set<String> files = new TreeSet<>();
    components().values().forEach(line -> files.addAll(Set.of(line.split(" ", -1))));
    Set<String> there =
        names.stream()
            .filter(name -> name.startsWith(LICENCES) && name.endsWith(".txt"))
            .map(name -> name.substring(LICENCES.length()))
            .filter(name -> !name.equals("components.txt") && !name.startsWith("netty/license/"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(there).isEqualTo(files);
    assertThat(names).contains(LICENCES + "netty/license/LICENSE.webbit.txt");
  }

  /** One of many files of that name would stand for all. */
  @Test
  void noLicenceOfOneLibraryLooksLikeThatOfTheWholeJar() {
    assertThat(names)
        .noneMatch(name -> name.matches("META-INF/([^/]*LICENSE[^/]*|NOTICE[^/]*|DEPENDENCIES)"));
  }

  private Map<String, String> components() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    try (InputStream in = jar.getInputStream(jar.getEntry(LICENCES + "components.txt"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ", 2);
          listed.put(words[0], words[1]);
        }
      }
    }
    return listed;
  }

  /** The jars of the class path that have a class which is inside, but for this project's own. */
  private Set<String> librariesInside() throws IOException {
    Set<String> inside = new TreeSet<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!path.endsWith(".jar") || Path.of(path).getFileName().toString().startsWith("backup-")) {
        continue;
      }
      try (JarFile library = new JarFile(path)) {
        if (library.stream()
            .map(ZipEntry::getName)
            .anyMatch(name -> name.endsWith(".class") && names.contains(name))) {
          inside.add(coordinates(Path.of(path)));
        }
      }
    }
    return inside;
  }

  /** Of a jar in a local Maven repository: .../repository/GROUP/ARTIFACT/VERSION/FILE. */
  private static String coordinates(Path jar) {
    Path artifact = jar.toAbsolutePath().getParent().getParent();
    String directories = artifact.getParent().toString().replace(File.separatorChar, '/');
    String group = directories.substring(directories.indexOf("/repository/") + 12);
    return group.replace('/', '.') + ":" + artifact.getFileName();
  }
}
