package dev.etcdbackup.kubernetes.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.etcdbackup.snapshot.HashKv;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What follows from a StatefulSet, and the other values that a restore is made of. */
class MembersTest {
  private final EtcdStatefulSet cluster = EtcdStatefulSet.builder("ns", RestoreLab.SET).build();

  private static StatefulSet with(UnaryOperator<ContainerBuilder> change) {
    StatefulSet set = RestoreLab.statefulSet(3);
    var container = set.getSpec().getTemplate().getSpec().getContainers().get(0);
    return new StatefulSetBuilder(set)
        .editSpec()
        .editTemplate()
        .editSpec()
        .withContainers(change.apply(new ContainerBuilder(container)).build())
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  @Test
  void namesAndAddressesFollowFromTheSet() {
    Members members = Members.of(cluster, RestoreLab.statefulSet(3), 2);

    assertThat(members.dataDir()).isEqualTo("/var/lib/etcd/data");
    assertThat(members.claim(1)).isEqualTo("data-cray-bss-etcd-1");
    assertThat(members.initialCluster())
        .isEqualTo(
            "cray-bss-etcd-0=http://cray-bss-etcd-0.cray-bss-etcd-headless.ns.svc:2380,"
                + "cray-bss-etcd-1=http://cray-bss-etcd-1.cray-bss-etcd-headless.ns.svc:2380");
    assertThat(members.clientUrl(0))
        .isEqualTo("http://cray-bss-etcd-0.cray-bss-etcd-headless.ns.svc:2379");
    assertThat(members.remarks()).isEmpty();
  }

  @Test
  void ordinalsMayStartLater() {
    StatefulSet set =
        new StatefulSetBuilder(RestoreLab.statefulSet(3))
            .editSpec()
            .withNewOrdinals(5)
            .endSpec()
            .build();
    assertThat(Members.of(cluster, set, 3).claim(0)).isEqualTo("data-cray-bss-etcd-5");
  }

  @Test
  void theDataDirectoryIsAnArgumentOrAVariable() {
    StatefulSet one = with(container -> container.withArgs("--data-dir=/var/lib/etcd/a"));
    assertThat(Members.of(cluster, one, 1).dataDir()).isEqualTo("/var/lib/etcd/a");
    StatefulSet two =
        with(
            container ->
                container
                    .withArgs()
                    .withEnv(
                        new EnvVarBuilder()
                            .withName("ETCD_DATA_DIR")
                            .withValue("/var/lib/etcd")
                            .build()));
    assertThat(Members.of(cluster, two, 1).dataDir()).isEqualTo("/var/lib/etcd");
  }

  @Test
  void whatIsNotKnownOrNotOnAClaimIsRefused() {
    StatefulSet unknown = with(container -> container.withArgs("--data-dir=$(DIR)"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Members.of(cluster, unknown, 1))
        .withMessageContaining("give dataDir");
    StatefulSet elsewhere = with(container -> container.withArgs("--data-dir=/var/lib/etcd2"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Members.of(cluster, elsewhere, 1))
        .withMessageContaining("/var/lib/etcd2 is not on a volume of the claim templates [data]");
    EtcdStatefulSet wrong = EtcdStatefulSet.builder("ns", "a").clientUrls("{pod}:2379").build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Members.of(wrong, RestoreLab.statefulSet(3), 1))
        .withMessageContaining("clientUrls must give http://HOST:PORT");
  }

  @Test
  void theNameOfAJobFitsInALabel() {
    RestoreTool tool = RestoreTool.builder("i", "s3://b").build();
    EtcdStatefulSet longName = EtcdStatefulSet.builder("ns", "x".repeat(60)).build();
    Members members = Members.of(longName, RestoreLab.statefulSet(3), 1);
    assertThat(new RestoreJob(members, tool, "20261128-220000").name(0))
        .hasSize(63)
        .endsWith("-restore-20261128-220000-0");
  }

  /** Whatever names its entries have; values stay in the Secret. */
  @Test
  void theToolReachesTheBucketWithWhatTheSecretOfTheStoreHas() {
    RestoreTool tool =
        RestoreTool.builder("i", "s3://b")
            .storeArguments("--s3-endpoint", "https://rgw")
            .storeSecret(
                secret(
                    Map.of(
                        "access_key", "id",
                        "secretAccessKey", "canary",
                        "AWS_SESSION_TOKEN", "canary",
                        "region", " \n",
                        "proxy", "http://proxy:3128",
                        "config", "[default]\nregion = eu",
                        "ca.pem", "-----BEGIN CERTIFICATE-----")))
            .build();
    PodSpec pod = podOf(tool);
    var container = pod.getContainers().get(0);

    assertThat(container.getArgs())
        .containsSubsequence(
            "--store",
            "s3://b",
            "--s3-endpoint",
            "https://rgw",
            "--s3-ca",
            "/etc/etcd-backup/store/ca.pem");
    assertThat(container.getEnv())
        .filteredOn(one -> one.getValueFrom() != null)
        .extracting(
            EnvVar::getName,
            one -> one.getValueFrom().getSecretKeyRef().getName(),
            one -> one.getValueFrom().getSecretKeyRef().getKey())
        .containsExactly(
            tuple("AWS_ACCESS_KEY_ID", "s3", "access_key"),
            tuple("AWS_SECRET_ACCESS_KEY", "s3", "secretAccessKey"),
            tuple("AWS_SESSION_TOKEN", "s3", "AWS_SESSION_TOKEN"),
            tuple("HTTP_PROXY", "s3", "proxy"),
            tuple("HTTPS_PROXY", "s3", "proxy"));
    assertThat(container.getEnv())
        .filteredOn(one -> one.getValueFrom() == null)
        .extracting(EnvVar::getName, EnvVar::getValue)
        .containsExactly(tuple("AWS_CONFIG_FILE", "/etc/etcd-backup/store/config"));
    assertThat(container.getVolumeMounts())
        .anySatisfy(
            mount -> {
              assertThat(mount.getMountPath()).isEqualTo("/etc/etcd-backup/store");
              assertThat(mount.getReadOnly()).isTrue();
            });
    assertThat(pod.getVolumes())
        .anySatisfy(
            volume ->
                assertThat(volume.getSecret()).hasFieldOrPropertyWithValue("secretName", "s3"));
    assertThat(Serialization.asYaml(pod)).doesNotContain("canary", encoded("canary"));
  }

  @Test
  void authoritiesAreForAServerThatIsNotAws() {
    Map<String, String> keys = Map.of("accessKeyId", "id", "secretAccessKey", "s");
    Map<String, String> aws = new HashMap<>(keys);
    aws.put("ca.crt", "-----BEGIN CERTIFICATE-----");
    RestoreTool.Builder tool = RestoreTool.builder("i", "s3://b").storeSecret(secret(aws));
    assertThat(tool.build().storeArguments()).containsExactly("--store", "s3://b");
    aws.put("endpoint", "https://rgw");
    assertThat(tool.storeSecret(secret(aws)).build().storeArguments())
        .containsExactly("--store", "s3://b", "--s3-ca", "/etc/etcd-backup/store/ca.crt");
    assertThat(podOf(RestoreTool.builder("i", "s3://b").storeSecret(secret(keys)).build()))
        .extracting(
            pod -> pod.getVolumes().stream().filter(one -> one.getSecret() != null).toList())
        .isEqualTo(List.of());
  }

  private PodSpec podOf(RestoreTool tool) {
    Members members = Members.of(cluster, RestoreLab.statefulSet(3), 1);
    return new RestoreJob(members, tool, "20261128-220000")
        .of(0, "claim", RestoreLab.BACKUP, 1)
        .getSpec()
        .getTemplate()
        .getSpec();
  }

  private static Secret secret(Map<String, String> entries) {
    Map<String, String> data = new HashMap<>();
    entries.forEach((key, value) -> data.put(key, encoded(value)));
    return new SecretBuilder()
        .withNewMetadata()
        .withName("s3")
        .endMetadata()
        .withData(data)
        .build();
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void onlyAWholeRestoreHasTheHashOfTheBackup() {
    RestoreTool.Builder tool = RestoreTool.builder("i", "s3://b");
    assertThat(tool.options("--clear-alarms").build().restoresAll()).isTrue();
    assertThat(tool.options("--bump-revision", "1000").build().restoresAll()).isFalse();
    assertThat(tool.options("--prefix=/a").build().restoresAll()).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> tool.user(0));
    assertThatIllegalArgumentException().isThrownBy(() -> tool.timeout(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> Dependant.parse("pod/a"));
  }

  /** The name becomes a part of the path of a request. */
  @Test
  void aNameThatNoObjectCanHaveIsRefused() {
    for (String name : List.of("../../other/statefulsets/a", "..", "a?b", "a%2Fb", "A", " ", "")) {
      assertThatIllegalArgumentException().isThrownBy(() -> EtcdStatefulSet.builder("n", name));
      assertThatIllegalArgumentException().isThrownBy(() -> EtcdStatefulSet.builder(name, "a"));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Dependant.parse("deployment/.."));
    assertThatIllegalArgumentException().isThrownBy(() -> Dependant.parse("deployment/a?b"));
  }

  @Test
  void aStateIsKeptAsText() {
    RestoreState state =
        new RestoreState(
            "20261128-220000",
            RestoreStep.START,
            "someone",
            3,
            Optional.of(RestoreLab.BACKUP),
            Optional.of(new HashKv(4_000_000_000L, 42, -1)),
            Instant.parse("2026-11-28T22:00:00Z"),
            2,
            "waiting");
    assertThat(RestoreState.of(state.fields())).isEqualTo(state);
    RestoreState empty = state.with(Optional.empty(), Optional.empty());
    assertThat(RestoreState.of(empty.fields())).isEqualTo(empty);
    Map<String, String> broken = new HashMap<>(state.fields());
    broken.put("since", "yesterday");
    assertThatIllegalArgumentException().isThrownBy(() -> RestoreState.of(broken));
    broken.remove("since");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RestoreState.of(broken))
        .withMessageContaining("no field since");
  }
}
