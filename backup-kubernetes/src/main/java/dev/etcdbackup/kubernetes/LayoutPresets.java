package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;

/**
 * The layouts of charts and operators that are in use, as they render their objects. Each says
 * where that was read.
 */
public final class LayoutPresets {
  private static final String NAME = "app.kubernetes.io/name";
  private static final String INSTANCE = "app.kubernetes.io/instance";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  private LayoutPresets() {}

  /**
   * Returns the layout of StatefulSets whose etcd has the environment variable {@code
   * ETCD_DISASTER_RECOVERY=yes}, as Bitnami's chart with {@code disasterRecovery.enabled} sets it
   * and CSM 1.5 and later have it. The project is the name without {@code -bitnami-etcd}: {@code
   * cray-bss} of {@code cray-bss-bitnami-etcd}.
   *
   * @return the layout
   */
  public static ClusterLayout disasterRecovery() {
    return ClusterLayout.statefulSets("disaster-recovery")
        .environment("ETCD_DISASTER_RECOVERY", "yes")
        .project(object -> without("-bitnami-etcd", object.getMetadata().getName()));
  }

  /**
   * Returns the layout of the clusters of the etcd operator of CoreOS: the headless Service of
   * each, with the labels {@code app=etcd} and {@code etcd_cluster=NAME} and that name. It stays
   * when all pods are lost. The project is the name of the cluster without {@code -etcd}: {@code
   * cray-bss} of {@code cray-bss-etcd}. An annotation names the Secret of a cluster with TLS.
   *
   * @return the layout
   */
  public static ClusterLayout etcdOperator() {
    return ClusterLayout.services("etcd-operator")
        .label("app", "etcd")
        .where(
            object ->
                object
                    .getMetadata()
                    .getName()
                    .equals(ClusterLayout.label(object, "etcd_cluster", "")))
        .project(object -> without("-etcd", object.getMetadata().getName()));
  }

  /**
   * Returns the layout of Bitnami's chart: StatefulSets with the labels {@code
   * app.kubernetes.io/name=etcd} and {@code app.kubernetes.io/managed-by=Helm}. The password of
   * {@code root} is in a variable or, since version 12 of the chart, in a file of a Secret. The
   * project is the name of the StatefulSet.
   *
   * <p>Source: {@code bitnami/etcd/templates/statefulset.yaml} of bitnami/charts, versions 6 to 12.
   *
   * @return the layout
   */
  public static ClusterLayout bitnami() {
    return ClusterLayout.statefulSets("bitnami").label(NAME, "etcd").label(MANAGED_BY, "Helm");
  }

  /**
   * Returns the layout of the chart kamaji-etcd: StatefulSets with the label {@code
   * app.kubernetes.io/name=kamaji-etcd}. Its Secrets are called by the StatefulSet, whose name is
   * that of the release only when the release is called after the chart: the authorities are in
   * {@code NAME-certs} and the client certificate in {@code NAME-root-client-certs}, or both in
   * {@code NAME-client-certs} when cert-manager makes them. The project is the name of the
   * StatefulSet.
   *
   * <p>Source: {@code charts/kamaji-etcd/templates/_helpers.tpl}, {@code etcd_sts.yaml} and {@code
   * etcd_datastore.yaml} of clastix/kamaji-etcd.
   *
   * @return the layout
   */
  public static ClusterLayout kamaji() {
    return ClusterLayout.statefulSets("kamaji")
        .label(NAME, "kamaji-etcd")
        .secrets(
            object -> {
              String set = object.getMetadata().getName();
              return isProjected(object, "certs") // by cert-manager
                  ? EtcdSecrets.tls(set + "-client-certs")
                  : EtcdSecrets.none()
                      .withAuthorities(set + "-certs", "ca.crt")
                      .withCertificate(set + "-root-client-certs", "tls.crt", "tls.key");
            });
  }

  /**
   * Returns the layout of the etcd operator of Cozystack (aenix): pods with the labels {@code
   * app.kubernetes.io/name=etcd} and {@code app.kubernetes.io/managed-by=etcd-operator} and a
   * container {@code etcd}, by the label {@code app.kubernetes.io/instance}, which is the name of
   * the {@code EtcdCluster}. Pods are selected because its StatefulSets have no labels, and
   * versions since 0.5 have no StatefulSets. The project is {@code NAMESPACE-NAME}.
   *
   * <p>A cluster with TLS uses the Secrets that Cozystack gives it, {@code NAME-ca-tls} for the
   * authorities and {@code NAME-client-tls} for the client certificate; since version 0.5 of the
   * operator those that it has cert-manager make, {@code NAME-server-tls} and {@code
   * NAME-operator-client-tls}. For others use {@link ClusterLayout#secrets}.
   *
   * <p>Source: {@code internal/controller/factory} (to 0.4) and {@code controllers} (since 0.5) of
   * cozystack/etcd-operator, {@code packages/extra/etcd/templates/etcd-cluster.yaml} of
   * cozystack/cozystack.
   *
   * @return the layout
   */
  public static ClusterLayout cozystack() {
    return ClusterLayout.pods("cozystack", INSTANCE)
        .label(NAME, "etcd")
        .label(MANAGED_BY, "etcd-operator")
        .where(object -> hasContainer(object, "etcd"))
        .project(
            object ->
                object.getMetadata().getNamespace()
                    + "-"
                    + ClusterLayout.label(object, INSTANCE, ""))
        .secrets(LayoutPresets::ofCozystack);
  }

  private static EtcdSecrets ofCozystack(HasMetadata object) {
    String cluster = ClusterLayout.label(object, INSTANCE, "");
    boolean member =
        object.getMetadata().getOwnerReferences().stream()
            .anyMatch(owner -> owner.getKind().equals("EtcdMember")); // since 0.5
    if (!member) {
      return EtcdSecrets.none()
          .withAuthorities(cluster + "-ca-tls", null)
          .withCertificate(cluster + "-client-tls", null, null);
    }
    EtcdSecrets secrets = EtcdSecrets.none().withAuthorities(cluster + "-server-tls", "ca.crt");
    return object instanceof Pod pod && new EtcdPodSpec(pod.getSpec()).asksForCertificates()
        ? secrets.withCertificate(cluster + "-operator-client-tls", "tls.crt", "tls.key")
        : secrets;
  }

  private static boolean hasContainer(HasMetadata object, String name) {
    return object instanceof Pod pod
        && pod.getSpec().getContainers().stream().anyMatch(one -> one.getName().equals(name));
  }

  private static boolean isProjected(HasMetadata object, String volume) {
    return object instanceof StatefulSet set
        && set.getSpec().getTemplate().getSpec().getVolumes().stream()
            .anyMatch(one -> one.getName().equals(volume) && one.getProjected() != null);
  }

  /**
   * Returns the layout of etcd-druid: StatefulSets with the label {@code
   * app.kubernetes.io/managed-by=etcd-druid}, which they have since its version 0.22.1. Members
   * have the names {@code NAME-0} and so on in the headless Service {@code NAME-peer}; clients use
   * the port {@code client}, by default 2379. With TLS, the volume {@code etcd-client-tls} ({@code
   * client-url-etcd-client-tls} before version 0.23) has the client certificate in {@code tls.crt}
   * and {@code tls.key}, and {@code etcd-ca} ({@code client-url-ca-etcd}) the authorities, in the
   * entry that the container {@code backup-restore} trusts. The project is {@code NAMESPACE-NAME}.
   *
   * <p>Source: {@code internal/component/statefulset/builder.go}, {@code
   * internal/component/configmap/etcdconfig.go}, {@code internal/common/constants.go} and {@code
   * api/core/v1alpha1/helper.go} of gardener/etcd-druid, version 0.37; {@code
   * pkg/component/etcd/statefulset} of its version 0.22.
   *
   * @return the layout
   */
  public static ClusterLayout etcdDruid() {
    return ClusterLayout.statefulSets("etcd-druid")
        .label(MANAGED_BY, "etcd-druid")
        .project(LayoutPresets::inNamespace);
  }

  /**
   * Returns the layout of the clusters of shoots in a seed of Gardener: as {@link #etcdDruid()}, in
   * namespaces that begin with {@code shoot-} ({@code shoot--} for all but old shoots). Each shoot
   * has {@code etcd-main} and {@code etcd-events}, with 1 or 3 members, and none while it
   * hibernates, when it cannot be backed up. The Secret of the authorities has them in {@code
   * bundle.crt}. The project is {@code NAMESPACE-NAME}, for example {@code
   * shoot--dev--one-etcd-main}.
   *
   * <p>Network policies of the seed keep other pods away. They let a pod of the namespace {@code
   * garden} pass that has the label {@code
   * networking.resources.gardener.cloud/to-all-shoots-etcd-main-client-tcp-2379=allowed}.
   *
   * <p>Source: {@code pkg/component/etcd/etcd/etcd.go}, {@code
   * pkg/component/etcd/etcd/constants/constants.go} and {@code
   * pkg/apis/core/v1beta1/constants/types_constants.go} of gardener/gardener.
   *
   * @return the layout
   */
  public static ClusterLayout gardenerShoots() {
    return etcdDruid()
        .named("gardener-shoot")
        .where(object -> object.getMetadata().getNamespace().startsWith("shoot-"));
  }

  /**
   * Returns the layout of any StatefulSet with the label {@code etcdbackup.dev/backup=yes}. The
   * project is its name.
   *
   * @return the layout
   */
  public static ClusterLayout labelled() {
    return ClusterLayout.statefulSets("labelled").label(ClusterLayout.BACKUP, "yes");
  }

  /**
   * Returns all layouts above, which watch StatefulSets, Services with their EndpointSlices, and
   * pods, in the order in which they are to be tried: an object that two of them fit is found by
   * the first.
   *
   * @return the layouts
   */
  public static List<ClusterLayout> presets() {
    return List.of(
        labelled(),
        disasterRecovery(),
        kamaji(),
        cozystack(),
        gardenerShoots(),
        etcdDruid(),
        bitnami(),
        etcdOperator());
  }

  private static String inNamespace(HasMetadata object) {
    return object.getMetadata().getNamespace() + "-" + object.getMetadata().getName();
  }

  private static String without(String suffix, String name) {
    boolean there = name.endsWith(suffix) && name.length() > suffix.length();
    return there ? name.substring(0, name.length() - suffix.length()) : name;
  }
}
