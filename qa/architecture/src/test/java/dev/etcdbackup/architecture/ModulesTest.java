package dev.etcdbackup.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of the design. A new one is a decision, made here and in docs/architecture.md. */
class ModulesTest {
  /** Which modules a module may use. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("backup-core", Set.of()),
          Map.entry("backup-testkit", Set.of("backup-core")),
          Map.entry("backup-directory", Set.of("backup-core")),
          Map.entry("backup-s3", Set.of("backup-core")),
          Map.entry("backup-tarball", Set.of("backup-core")),
          Map.entry("backup-openpgp", Set.of("backup-core")),
          Map.entry("backup-zstd", Set.of("backup-core")),
          Map.entry("backup-snapshot", Set.of("backup-core")),
          Map.entry("backup-kubernetes-objects", Set.of("backup-core", "backup-snapshot")),
          Map.entry("backup-service", Set.of("backup-core")),
          Map.entry("backup-etcd", Set.of("backup-core", "backup-snapshot")),
          Map.entry("backup-etcd-shaded", Set.of("backup-core", "backup-snapshot", "backup-etcd")),
          Map.entry("backup-cron", Set.of("backup-core", "backup-service")),
          Map.entry("backup-micrometer", Set.of("backup-core", "backup-service")),
          Map.entry(
              "backup-kubernetes",
              Set.of(
                  "backup-core", "backup-service", "backup-snapshot", "backup-etcd", "backup-s3")),
          Map.entry(
              "backup-cli",
              Set.of(
                  "backup-core",
                  "backup-directory",
                  "backup-s3",
                  "backup-tarball",
                  "backup-openpgp",
                  "backup-zstd",
                  "backup-kubernetes-objects",
                  "backup-snapshot",
                  "backup-service",
                  "backup-etcd",
                  "backup-cron",
                  "backup-micrometer")));

  /** What a module may not have on its class path, however it comes there. */
  private static final List<String> SERVERLESS_MODULES_DO_NOT_USE =
      List.of("io.etcd.", "io.grpc.", "io.netty.", "io.vertx.", "com.google.protobuf.");

  private static final Map<String, String> MODULE_OF_PACKAGE = new HashMap<>();
  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() throws IOException {
    for (String module : Modules.names()) {
      for (String name : Modules.packages(module)) {
        String other = MODULE_OF_PACKAGE.put(name, module);
        assertThat(other).as("package %s lies in %s and in %s", name, module, other).isNull();
      }
    }
    classes = Modules.classes();
    assertThat(classes).as("compiled classes").isNotEmpty();
  }

  @Test
  void everyModuleHasItsPlaceInTheDesign() throws IOException {
    assertThat(ALLOWED.keySet()).containsExactlyInAnyOrderElementsOf(Modules.names());
  }

  @Test
  void everyModuleIsNamed() throws IOException {
    for (String module : Modules.names()) {
      Path pom = Modules.ROOT.resolve(module).resolve("pom.xml");
      boolean described =
          Files.exists(Modules.ROOT.resolve(module).resolve("src/main/java/module-info.java"));
      assertThat(described || Files.readString(pom).contains("<Automatic-Module-Name>"))
          .as("%s has a module-info, or an Automatic-Module-Name and the reason", module)
          .isTrue();
    }
  }

  @Test
  void dependenciesOfPomsPointDownOnly() throws IOException {
    Modules.arrows()
        .forEach(
            (module, needed) ->
                assertThat(ALLOWED.getOrDefault(module, Set.of()))
                    .as("what %s may depend on", module)
                    .containsAll(needed));
  }

  @Test
  void classesUseOnlyModulesThatTheirsMayUse() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : classes) {
      String from = MODULE_OF_PACKAGE.get(type.getPackageName());
      if (from == null) {
        continue; // module-info
      }
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String to = MODULE_OF_PACKAGE.get(dependency.getTargetClass().getPackageName());
        if (to != null && !to.equals(from) && !ALLOWED.getOrDefault(from, Set.of()).contains(to)) {
          wrong.add(from + " -> " + to + ": " + dependency.getDescription());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void coreAndSnapshotsNeedNoServerLibrary() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : classes) {
      String module = MODULE_OF_PACKAGE.get(type.getPackageName());
      if (!"backup-core".equals(module) && !"backup-snapshot".equals(module)) {
        continue;
      }
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getFullName();
        if (SERVERLESS_MODULES_DO_NOT_USE.stream().anyMatch(target::startsWith)) {
          wrong.add(dependency.getDescription());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void packagesFormNoCycle() {
    SlicesRuleDefinition.slices()
        .matching("dev.etcdbackup.(**)")
        .should()
        .beFreeOfCycles()
        .check(classes);
  }
}
