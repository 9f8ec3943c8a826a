package dev.etcdbackup.kubernetes.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.snapshot.HashKv;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
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
