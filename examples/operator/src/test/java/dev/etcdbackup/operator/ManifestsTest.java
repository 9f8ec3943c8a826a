package dev.etcdbackup.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.Fixtures;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is applied to a cluster: deploy/operator.yaml, what it is made of, and the Helm chart. */
@Tag("server") // starts kubectl and helm
class ManifestsTest {
  private static final String HELM = "ETCDBACKUP_HELM_BIN";
  private static final Path DEPLOY = Path.of("../../deploy").toAbsolutePath().normalize();
  private static final String CHART = DEPLOY.resolve("helm/etcd-backup").toString();
  private static final Path ONE_FILE = DEPLOY.resolve("operator.yaml");

  @Test
  void theOneFileIsWhatKustomizeMakes() throws Exception {
    String made = run("kubectl", "kustomize", DEPLOY.resolve("kustomize").toString());
    if (Boolean.getBoolean("update")) {
      Files.writeString(ONE_FILE, made);
    }
    assertThat(ONE_FILE).as("run this test with -Dupdate=true").hasContent(made);
  }

  @Test
  void theOperatorMeetsTheRestrictedStandardAndWritesToNoDisk() throws IOException {
    assertThat(one(Namespace.class).getMetadata().getLabels())
        .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    PodSpec pod = one(Deployment.class).getSpec().getTemplate().getSpec();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    Container container = pod.getContainers().get(0);
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(pod.getVolumes())
        .allSatisfy(one -> assertThat(one.getEmptyDir().getMedium()).isEqualTo("Memory"));
    assertThat(container.getResources().getLimits()).containsKey("memory");
  }

  @Test
  void itMayDoWhatItDoesAndNothingElse() throws IOException {
    assertThat(one(ClusterRole.class).getRules())
        .extracting(ManifestsTest::text)
        .containsExactlyInAnyOrder(
            "etcd.database.coreos.com [etcdbackups, etcdrestores] [get, list, watch]",
            "etcd.database.coreos.com [etcdbackups] [patch]",
            "etcd.database.coreos.com [etcdbackups/status, etcdrestores/status] [update]",
            "etcdbackup.dev [etcdbackupschedules, etcdrestores] [get, list, watch]",
            "etcdbackup.dev [etcdbackupschedules/status, etcdrestores/status] [update]",
            "events.k8s.io [events] [create, update]",
            " [secrets] [get]");
  }

  @Test
  void restoresHaveRightsOfTheirOwn() throws Exception {
    List<HasMetadata> all =
        parse(run("kubectl", "kustomize", DEPLOY.resolve("restore").toString()));
    ClusterRole role =
        (ClusterRole)
            all.stream()
                .filter(one -> one.getMetadata().getName().equals("etcd-backup-operator-restore"))
                .filter(ClusterRole.class::isInstance)
                .findFirst()
                .orElseThrow();
    assertThat(role.getRules())
        .extracting(ManifestsTest::text)
        .containsExactlyInAnyOrder(
            "etcd.database.coreos.com [etcdrestores] [patch]",
            "apps [statefulsets, deployments, daemonsets] [get, patch]",
            "batch [jobs] [get, create, delete]",
            " [persistentvolumeclaims] [get, list, create, delete]",
            " [pods] [list]",
            " [persistentvolumes] [get, patch]");
    assertThat(all)
        .filteredOn(Deployment.class::isInstance)
        .allSatisfy(
            one ->
                assertThat(((Deployment) one).getSpec().getTemplate().getSpec().getVolumes())
                    .as("space for a backup of any size")
                    .allMatch(volume -> volume.getEmptyDir().getMedium() == null)
                    .allMatch(volume -> volume.getEmptyDir().getSizeLimit() == null))
        .allSatisfy(
            one ->
                assertThat(((Deployment) one).getSpec().getTemplate().getSpec().getContainers())
                    .allSatisfy(
                        container ->
                            assertThat(container.getEnv())
                                .anyMatch(each -> each.getName().equals("TOOL_IMAGE"))));
  }

  /** A tag that moves would have a new node run another version than the others. */
  @Test
  void theImagesAreThoseOfThisVersion() throws Exception {
    String version = between(Path.of("pom.xml"), "<version>", "</version>").substring(9);
    String restore = run("kubectl", "kustomize", DEPLOY.resolve("restore").toString());
    assertThat(restore)
        .contains("localhost/etcd-backup-operator:" + version + "\n")
        .contains("localhost/etcd-backup-cli:" + version + "\n")
        .doesNotContain(":latest");
    assertThat(Files.readString(ONE_FILE))
        .contains("localhost/etcd-backup-operator:" + version + "\n")
        .doesNotContain(":latest");
    assertThat(Path.of(CHART, "Chart.yaml")).content().contains("appVersion: " + version + "\n");
  }

  private static String text(PolicyRule rule) {
    return String.join(",", rule.getApiGroups())
        + " "
        + rule.getResources()
        + " "
        + rule.getVerbs();
  }

  @Test
  void theChartHasTheSameRulesPodAndDefinitions() throws IOException {
    Path chart = DEPLOY.resolve("helm/etcd-backup");
    String rules = between(DEPLOY.resolve("kustomize/rbac.yaml"), "rules:", "\n---");
    assertThat(between(chart.resolve("templates/rbac.yaml"), "rules:", "\n{{- end }}"))
        .isEqualTo(rules);
    String security = "          securityContext:";
    assertThat(between(chart.resolve("templates/deployment.yaml"), security, "\n      {{"))
        .isEqualTo(
            between(DEPLOY.resolve("kustomize/deployment.yaml"), security, "\n      volumes:"));
    for (Path file : files(DEPLOY.resolve("crds"))) {
      if (!file.endsWith("kustomization.yaml")) {
        assertThat(chart.resolve("crds").resolve(file.getFileName())).hasSameTextualContentAs(file);
      }
    }
  }

  /** With the oldest version that the chart allows: Helm takes one by its own way of building. */
  @Test
  void theChartIsRenderedForAllNamespacesAndForSome() throws Exception {
    String chart = CHART;
    String helm = helm();
    run(helm, "lint", "--strict", chart);
    List<HasMetadata> all =
        parse(run(helm, "template", "x", chart, "--kube-version", "1.25.0", "--namespace", "n"));
    assertThat(all)
        .extracting(HasMetadata::getKind)
        .containsExactlyInAnyOrder(
            "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Deployment");
    List<HasMetadata> some =
        parse(
            run(
                helm,
                "template",
                "x",
                chart,
                "--kube-version",
                "1.25.0",
                "--set",
                "watchNamespaces={a,b}"));
    assertThat(some)
        .extracting(HasMetadata::getKind)
        .containsExactlyInAnyOrder(
            "ServiceAccount", "Role", "RoleBinding", "Role", "RoleBinding", "Deployment");
  }

  /** A namespace that is misspelt would otherwise mean all of them, with their Secrets. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "watchNamespace={a}",
        "watchNamespaces=a",
        "watchNamespaces={a,a}",
        "watchNamespaces={A}",
        "image=a:b",
        "image.repository=a:b",
        "image.tag=a b",
        "image.pullPolicy=Sometimes",
        "imagePullSecrets=a",
        "nodeSelector=a",
        "replicas=2"
      })
  void theChartRefusesValuesThatItDoesNotKnow(String value) throws Exception {
    Process helm =
        new ProcessBuilder(
                helm(), "template", "x", CHART, "--kube-version", "1.28.0", "--set", value)
            .redirectErrorStream(true)
            .start();
    helm.getOutputStream().close();
    String said = new String(helm.getInputStream().readAllBytes(), UTF_8);
    assertThat(helm.waitFor()).as(said).isNotZero();
    assertThat(said).contains("values don't meet the specifications of the schema");
  }

  /** YAML reads some names as numbers or as true. */
  @ParameterizedTest
  @ValueSource(strings = {"123", "true", "1e3", "a.b"})
  void aReleaseOfAnyNameHasObjectsOfThatName(String release) throws Exception {
    String made =
        run(helm(), "template", release, CHART, "--kube-version", "1.28.0", "--namespace", "456");
    assertThat(parse(made))
        .allSatisfy(one -> assertThat(one.getMetadata().getName()).isEqualTo(release));
    assertThat(made)
        .contains("name: \"" + release + "\"", "instance: \"" + release + "\"")
        .contains("namespace: \"456\"", "image: \"localhost/etcd-backup-operator:")
        .doesNotContain("name: " + release + "\n", "namespace: 456", ":latest");
  }

  /** The program that {@code fixtures/helm} builds. */
  private static String helm() {
    String directory = System.getenv(HELM);
    if ("none".equals(directory)) {
      System.err.println("SKIPPED: the Helm chart is not rendered: " + HELM + " is none");
      return Assumptions.abort(HELM + " is none");
    }
    if (directory == null || directory.isEmpty()) {
      throw Fixtures.missing(
          HELM + " is not set; run: export " + HELM + "=$(fixtures/helm target/helm)");
    }
    return Path.of(directory, "helm").toAbsolutePath().toString();
  }

  private static <R extends HasMetadata> R one(Class<R> type) throws IOException {
    return type.cast(
        parse(Files.readString(ONE_FILE)).stream()
            .filter(type::isInstance)
            .findFirst()
            .orElseThrow());
  }

  private static List<HasMetadata> parse(String yaml) {
    Object read =
        new KubernetesSerialization().unmarshal(new ByteArrayInputStream(yaml.getBytes(UTF_8)));
    return ((List<?>) read).stream().map(HasMetadata.class::cast).toList();
  }

  private static String between(Path file, String begin, String end) throws IOException {
    String text = Files.readString(file);
    int from = text.indexOf(begin);
    assertThat(from).as(begin + " in " + file).isNotNegative();
    int to = text.indexOf(end, from);
    return text.substring(from, to < 0 ? text.length() : to).strip();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static String run(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException absent) {
      System.err.println("SKIPPED: there is no " + command[0] + " to check the manifests with");
      return Assumptions.abort("there is no " + command[0]);
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
