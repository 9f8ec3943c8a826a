package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the objects of known installations say of their clusters. */
@Tag("slow")
class ClusterLayoutTest {
  private static final String BITNAMI =
      """
      metadata:
        name: cray-bss-bitnami-etcd
        namespace: services
        uid: u1
        creationTimestamp: 2026-01-01T00:00:00Z
        labels: {app.kubernetes.io/name: etcd, app.kubernetes.io/managed-by: Helm}
      spec:
        replicas: 3
        serviceName: cray-bss-bitnami-etcd-headless
        template:
          spec:
            containers:
              - name: etcd
                env:
                  - {name: MY_POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                  - {name: ETCD_DISASTER_RECOVERY, value: "yes"}
                  - name: ETCD_ROOT_PASSWORD
                    valueFrom: {secretKeyRef: {name: cray-bss-bitnami-etcd, key: etcd-root-password}}
                  - name: ETCD_ADVERTISE_CLIENT_URLS
                    value: SCHEME://$(MY_POD_NAME).cray-bss-bitnami-etcd-headless.services.svc.cluster.local:2379,SCHEME://cray-bss-bitnami-etcd.services.svc.cluster.local:2379
                  - {name: ETCD_CERT_FILE, value: /opt/bitnami/etcd/certs/client/cert.pem}
                  - {name: ETCD_KEY_FILE, value: /opt/bitnami/etcd/certs/client/key.pem}
                  - {name: ETCD_TRUSTED_CA_FILE, value: /opt/bitnami/etcd/certs/client/ca.crt}
                volumeMounts:
                  - {name: etcd-client-certs, mountPath: /opt/bitnami/etcd/certs/client/}
            volumes:
              - {name: etcd-client-certs, secret: {secretName: bss-client-certs}}
      """;

  private static final String KAMAJI =
      """
      metadata:
        name: kamaji-etcd
        namespace: kamaji-system
        labels: {app.kubernetes.io/name: kamaji-etcd, app.kubernetes.io/instance: kamaji-etcd}
      spec:
        replicas: 2
        serviceName: kamaji-etcd
        template:
          spec:
            containers:
              - name: etcd
                command:
                  - etcd
                  - --advertise-client-urls=https://$(POD_NAME).kamaji-etcd.$(POD_NAMESPACE).svc.cluster.local:2379
                  - --trusted-ca-file=/etc/etcd/pki/ca.crt
                  - --cert-file=/etc/etcd/pki/server.pem
                  - --key-file=/etc/etcd/pki/server-key.pem
                env:
                  - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                  - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
                volumeMounts: [{name: certs, mountPath: /etc/etcd/pki}]
            volumes: [{name: certs, secret: {secretName: kamaji-etcd-certs}}]
      """;

  /** As etcd-druid 0.37 renders the main cluster of a shoot of Gardener with three members. */
  private static final String DRUID =
      """
      metadata:
        name: etcd-main
        namespace: shoot--dev--one
        labels:
          app.kubernetes.io/managed-by: etcd-druid
          app.kubernetes.io/part-of: etcd-main
          app.kubernetes.io/component: etcd-statefulset
          app.kubernetes.io/name: etcd-main
      spec:
        replicas: 3
        serviceName: etcd-main-peer
        template:
          spec:
            containers:
              - name: etcd
                args:
                  - start-etcd
                  - --backup-restore-host-port=etcd-main-local:8080
                  - --etcd-server-name=etcd-main-local
                  - --backup-restore-tls-enabled=true
                  - --backup-restore-ca-cert-bundle-path=/var/etcdbr/ssl/ca/bundle.crt
                  - --etcd-client-cert-path=/var/etcd/ssl/client/tls.crt
                  - --etcd-client-key-path=/var/etcd/ssl/client/tls.key
                  - --etcd-client-port=2379
                ports: [{name: server, containerPort: 2380}, {name: client, containerPort: 2379}]
                volumeMounts:
                  - {name: main-etcd, mountPath: /var/etcd/data}
                  - {name: etcd-ca, mountPath: /var/etcd/ssl/ca}
                  - {name: etcd-server-tls, mountPath: /var/etcd/ssl/server}
                  - {name: etcd-client-tls, mountPath: /var/etcd/ssl/client}
                  - {name: etcd-peer-ca, mountPath: /var/etcd/ssl/peer/ca}
                  - {name: etcd-peer-server-tls, mountPath: /var/etcd/ssl/peer/server}
                  - {name: backup-restore-ca, mountPath: /var/etcdbr/ssl/ca}
              - name: backup-restore
                args:
                  - server
                  - --cacert=/var/etcd/ssl/ca/bundle.crt
                  - --cert=/var/etcd/ssl/client/tls.crt
                  - --key=/var/etcd/ssl/client/tls.key
                  - --endpoints=https://etcd-main-local:2379
                  - --service-endpoints=https://etcd-main-client:2379
                ports: [{name: server, containerPort: 8080}]
                volumeMounts:
                  - {name: main-etcd, mountPath: /var/etcd/data}
                  - {name: etcd-config-file, mountPath: /var/etcd/config/}
                  - {name: backup-restore-server-tls, mountPath: /var/etcdbr/ssl/server}
                  - {name: etcd-ca, mountPath: /var/etcd/ssl/ca}
                  - {name: etcd-client-tls, mountPath: /var/etcd/ssl/client}
            volumes:
              - {name: etcd-config-file, configMap: {name: etcd-main-config}}
              - {name: etcd-ca, secret: {secretName: ca-etcd-bundle-4c8b}}
              - {name: etcd-server-tls, secret: {secretName: etcd-server-main-91aa}}
              - {name: etcd-client-tls, secret: {secretName: etcd-client-7d02}}
              - {name: etcd-peer-ca, secret: {secretName: ca-etcd-peer-bundle-0f3e}}
              - {name: etcd-peer-server-tls, secret: {secretName: etcd-peer-server-main-66d1}}
              - {name: backup-restore-ca, secret: {secretName: ca-etcd-bundle-4c8b}}
              - {name: backup-restore-server-tls, secret: {secretName: etcd-server-main-91aa}}
      """;

  private final Map<String, Candidate> found = new HashMap<>();

  @Test
  void aStatefulSetOfCsm() {
    DiscoveredCluster cluster =
        statefulSet(LayoutPresets.disasterRecovery(), BITNAMI.replace("SCHEME", "http"));
    assertThat(cluster.project()).isEqualTo("cray-bss");
    assertThat(cluster.place()).isEqualTo("StatefulSet services/cray-bss-bitnami-etcd");
    assertThat(cluster.endpoints())
        .containsExactly(
            uri(
                "http://cray-bss-bitnami-etcd-0.cray-bss-bitnami-etcd-headless.services.svc.cluster.local:2379"),
            uri(
                "http://cray-bss-bitnami-etcd-1.cray-bss-bitnami-etcd-headless.services.svc.cluster.local:2379"),
            uri(
                "http://cray-bss-bitnami-etcd-2.cray-bss-bitnami-etcd-headless.services.svc.cluster.local:2379"));
    assertThat(cluster.secrets())
        .isEqualTo(
            EtcdSecrets.none().withUser("root", "cray-bss-bitnami-etcd", "etcd-root-password"));
  }

  @Test
  void aStatefulSetOfBitnamiWithTls() {
    DiscoveredCluster cluster =
        statefulSet(LayoutPresets.bitnami(), BITNAMI.replace("SCHEME", "https"));
    assertThat(cluster.project()).isEqualTo("cray-bss-bitnami-etcd");
    assertThat(cluster.endpoints().get(0).getScheme()).isEqualTo("https");
    assertThat(cluster.secrets())
        .isEqualTo(
            EtcdSecrets.none()
                .withCertificate("bss-client-certs", "cert.pem", "key.pem")
                .withAuthorities("bss-client-certs", "ca.crt")
                .withUser("root", "cray-bss-bitnami-etcd", "etcd-root-password"));
  }

  @Test
  void withoutDisasterRecoveryItIsNoneOfCsm() {
    String yaml = BITNAMI.replace("value: \"yes\"", "value: \"no\"").replace("SCHEME", "http");
    assertThat(candidate(LayoutPresets.disasterRecovery(), yaml)).isNull();
  }

  @Test
  void aStatefulSetOfKamaji() {
    DiscoveredCluster cluster = statefulSet(LayoutPresets.kamaji(), KAMAJI);
    assertThat(cluster.project()).isEqualTo("kamaji-etcd");
    assertThat(cluster.endpoints())
        .containsExactly(
            uri("https://kamaji-etcd-0.kamaji-etcd.kamaji-system.svc.cluster.local:2379"),
            uri("https://kamaji-etcd-1.kamaji-etcd.kamaji-system.svc.cluster.local:2379"));
    assertThat(cluster.secrets())
        .isEqualTo(
            EtcdSecrets.none()
                .withAuthorities("kamaji-etcd-certs", "ca.crt")
                .withCertificate("kamaji-etcd-root-client-certs", "tls.crt", "tls.key"));
  }

  /** As the chart renders it for a release that is not called after it: kamaji-etcd.fullname. */
  @Test
  void aStatefulSetOfKamajiWhoseReleaseHasAnotherName() {
    String yaml =
        KAMAJI
            .replace("instance: kamaji-etcd", "instance: tenants")
            .replace("name: kamaji-etcd\n", "name: tenants-kamaji-etcd\n");
    assertThat(statefulSet(LayoutPresets.kamaji(), yaml).secrets().names())
        .containsExactly("tenants-kamaji-etcd-certs", "tenants-kamaji-etcd-root-client-certs");
  }

  @Test
  void aStatefulSetOfKamajiWithCertManager() {
    String projected =
        "{name: certs, projected: {sources: [{secret: {name: kamaji-etcd-server-certs,"
            + " items: [{key: ca.crt, path: ca.crt}]}}, {secret: {name: kamaji-etcd-peer-certs}}]}}";
    String yaml =
        KAMAJI.replace("{name: certs, secret: {secretName: kamaji-etcd-certs}}", projected);
    assertThat(yaml).contains("projected");
    assertThat(statefulSet(LayoutPresets.kamaji(), yaml).secrets())
        .isEqualTo(EtcdSecrets.tls("kamaji-etcd-client-certs"));
  }

  @Test
  void aPasswordInAFileAsBitnamisChartHasItSinceVersion12() {
    String yaml =
        BITNAMI
            .replace("SCHEME", "http")
            .replaceFirst(
                "- name: ETCD_ROOT_PASSWORD\\s+valueFrom:[^\n]+",
                "- {name: ETCD_ROOT_PASSWORD_FILE, value:"
                    + " /opt/bitnami/etcd/secrets/etcd-root-password}")
            .replaceFirst(
                "- [{]name: etcd-client-certs, mountPath",
                "- {name: etcd-secrets, mountPath: /opt/bitnami/etcd/secrets}\n            $0")
            .replaceFirst(
                "- [{]name: etcd-client-certs, secret",
                "- {name: etcd-secrets, secret: {secretName: cray-bss-bitnami-etcd}}\n        $0");
    assertThat(yaml).contains("PASSWORD_FILE", "etcd-secrets, mountPath", "etcd-secrets, secret");
    assertThat(statefulSet(LayoutPresets.bitnami(), yaml).secrets())
        .isEqualTo(
            EtcdSecrets.none().withUser("root", "cray-bss-bitnami-etcd", "etcd-root-password"));
  }

  /** To version 0.4 its StatefulSets have no labels, and its pods are called NAME-0 and so on. */
  @Test
  void podsOfCozystackTo04() {
    FoundObjects objects = new FoundObjects(LayoutPresets.cozystack(), found::put);
    for (String name : List.of("etcd-0", "etcd-1")) {
      objects.pod(
          "tenant-a/" + name,
          cozystack(
              name,
              "StatefulSet",
              "--advertise-client-urls=https://$(POD_NAME).etcd-headless.$(POD_NAMESPACE).svc:2379"));
    }
    DiscoveredCluster cluster = found.get("tenant-a/etcd").cluster();
    assertThat(cluster.project()).isEqualTo("tenant-a-etcd");
    assertThat(cluster.endpoints())
        .containsExactly(
            uri("https://etcd-0.etcd-headless.tenant-a.svc:2379"),
            uri("https://etcd-1.etcd-headless.tenant-a.svc:2379"));
    assertThat(cluster.secrets().names()).containsExactly("etcd-ca-tls", "etcd-client-tls");

    objects.pod(
        "tenant-a/etcd-0",
        cozystack(
            "etcd-0",
            "StatefulSet",
            "--advertise-client-urls=http://$(POD_NAME).etcd-headless.$(POD_NAMESPACE).svc:2379"));
    assertThat(found.get("tenant-a/etcd").cluster().secrets().names()).isEmpty();
  }

  /** Since version 0.5 there are no StatefulSets, and pods have names that were made up. */
  @Test
  void podsOfCozystackSince05() {
    FoundObjects objects = new FoundObjects(LayoutPresets.cozystack(), found::put);
    String advertised = "--advertise-client-urls=https://etcd-x7k2p.etcd.tenant-a.svc:2379";
    objects.pod("tenant-a/etcd-x7k2p", cozystack("etcd-x7k2p", "EtcdMember", advertised));
    DiscoveredCluster cluster = found.get("tenant-a/etcd").cluster();
    assertThat(cluster.project()).isEqualTo("tenant-a-etcd");
    assertThat(cluster.endpoints())
        .containsExactly(uri("https://etcd-x7k2p.etcd.tenant-a.svc:2379"));
    assertThat(cluster.secrets().names()).containsExactly("etcd-server-tls");

    objects.pod(
        "tenant-a/etcd-x7k2p",
        cozystack("etcd-x7k2p", "EtcdMember", advertised + ", --client-cert-auth=true"));
    assertThat(found.get("tenant-a/etcd").cluster().secrets().names())
        .containsExactly("etcd-server-tls", "etcd-operator-client-tls");
  }

  private static Pod cozystack(String name, String owner, String flags) {
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          namespace: tenant-a
          labels: {app.kubernetes.io/name: etcd, app.kubernetes.io/instance: etcd, app.kubernetes.io/managed-by: etcd-operator}
          ownerReferences: [{apiVersion: v1, kind: %s, name: x, uid: u}]
        spec:
          containers:
            - name: etcd
              command: [etcd]
              args: [%s]
              env:
                - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        status: {phase: Running, podIP: 10.0.0.1}
        """
            .formatted(name, owner, flags),
        Pod.class);
  }

  @Test
  void aShootOfGardener() {
    DiscoveredCluster cluster = statefulSet(LayoutPresets.gardenerShoots(), DRUID);
    assertThat(cluster.project()).isEqualTo("shoot--dev--one-etcd-main");
    assertThat(cluster.layout()).isEqualTo("gardener-shoot");
    assertThat(cluster.endpoints())
        .containsExactly(
            uri("https://etcd-main-0.etcd-main-peer.shoot--dev--one.svc:2379"),
            uri("https://etcd-main-1.etcd-main-peer.shoot--dev--one.svc:2379"),
            uri("https://etcd-main-2.etcd-main-peer.shoot--dev--one.svc:2379"));
    assertThat(cluster.secrets())
        .isEqualTo(
            EtcdSecrets.none()
                .withCertificate("etcd-client-7d02", null, null)
                .withAuthorities("ca-etcd-bundle-4c8b", "bundle.crt"));
    assertThat(
            statefulSet(
                LayoutPresets.gardenerShoots(), DRUID.replace("shoot--dev--one", "shoot-dev-old")))
        .as("the first shoots have one dash")
        .extracting(DiscoveredCluster::project)
        .isEqualTo("shoot-dev-old-etcd-main");
    assertThat(problem(LayoutPresets.gardenerShoots(), DRUID.replace("replicas: 3", "replicas: 0")))
        .as("a shoot that hibernates")
        .isEqualTo("it is scaled to 0 pods");
    assertThat(
            problem(
                LayoutPresets.gardenerShoots(),
                DRUID.replace("replicas: 3", "replicas: 2000000000")))
        .as("what would fill the memory with addresses")
        .isEqualTo("it is scaled to 2000000000 pods, more than 100");
  }

  @Test
  void aClusterOfEtcdDruid() {
    String garden = DRUID.replace("shoot--dev--one", "garden");
    assertThat(candidate(LayoutPresets.gardenerShoots(), garden)).isNull();
    assertThat(statefulSet(LayoutPresets.etcdDruid(), garden))
        .extracting(DiscoveredCluster::project)
        .isEqualTo("garden-etcd-main");

    String otherEntry = garden.replace("ssl/ca/bundle.crt", "ssl/ca/own.pem");
    assertThat(statefulSet(LayoutPresets.etcdDruid(), otherEntry).secrets())
        .isEqualTo(
            EtcdSecrets.none()
                .withCertificate("etcd-client-7d02", null, null)
                .withAuthorities("ca-etcd-bundle-4c8b", "own.pem"));

    String otherPort = garden.replace("containerPort: 2379", "containerPort: 2399");
    assertThat(statefulSet(LayoutPresets.etcdDruid(), otherPort).endpoints().get(0))
        .isEqualTo(uri("https://etcd-main-0.etcd-main-peer.garden.svc:2399"));

    String withoutTls = garden.replaceAll(".*(ssl|secretName|tls|https).*\n", "");
    assertThat(withoutTls).contains("client, containerPort").doesNotContain("https", "tls");
    DiscoveredCluster plain = statefulSet(LayoutPresets.etcdDruid(), withoutTls);
    assertThat(plain.endpoints().get(0))
        .isEqualTo(uri("http://etcd-main-0.etcd-main-peer.garden.svc:2379"));
    assertThat(plain.secrets()).isEqualTo(EtcdSecrets.none());
  }

  /** Whose volumes have other names, and are mounted elsewhere. */
  @Test
  void aClusterOfEtcdDruidBefore023() {
    String yaml =
        DRUID
            .replace("name: etcd-ca,", "name: client-url-ca-etcd,")
            .replace("name: etcd-client-tls,", "name: client-url-etcd-client-tls,")
            .replace("name: etcd-server-tls,", "name: client-url-etcd-server-tls,")
            .replace("/var/etcd/ssl/ca", "/var/etcd/ssl/client/ca")
            .replace("/var/etcd/ssl/client,", "/var/etcd/ssl/client/client,")
            .replace("/var/etcd/ssl/client}", "/var/etcd/ssl/client/client}");
    assertThat(yaml).contains("client-url-ca-etcd, mountPath: /var/etcd/ssl/client/ca}");
    assertThat(statefulSet(LayoutPresets.gardenerShoots(), yaml).secrets())
        .isEqualTo(
            EtcdSecrets.none()
                .withCertificate("etcd-client-7d02", null, null)
                .withAuthorities("ca-etcd-bundle-4c8b", "bundle.crt"));
  }

  @Test
  void anObjectMayHaveItsOwnAnnotations() {
    String annotations =
        "{etcdbackup.dev/project: mine, etcdbackup.dev/endpoints: 'https://a:1, https://b:2',"
            + " etcdbackup.dev/tls-secret: t, etcdbackup.dev/ca-secret: c,"
            + " etcdbackup.dev/user-secret: p, etcdbackup.dev/user: backup}";
    String yaml = DRUID.replace("  labels:", "  annotations: " + annotations + "\n  labels:");
    DiscoveredCluster cluster = statefulSet(LayoutPresets.etcdDruid(), yaml);
    assertThat(cluster.project()).isEqualTo("mine");
    assertThat(cluster.endpoints()).containsExactly(uri("https://a:1"), uri("https://b:2"));
    assertThat(cluster.secrets())
        .isEqualTo(
            EtcdSecrets.none()
                .withAuthorities("c", null)
                .withCertificate("t", null, null)
                .withUser("backup", "p", null));
  }

  @Test
  void whatCannotBeBackedUpHasAReason() {
    ClusterLayout druid = LayoutPresets.etcdDruid();
    assertThat(problem(druid, DRUID.replace("replicas: 3", "replicas: 0")))
        .isEqualTo("it is scaled to 0 pods");
    assertThat(problem(druid.project(object -> "a/b"), DRUID)).contains("a/b");
    assertThat(
            problem(
                druid,
                DRUID.replace(
                    "  labels:", "  annotations: {etcdbackup.dev/backup: \"no\"}\n  labels:")))
        .isEqualTo("its annotation etcdbackup.dev/backup is no");
    assertThat(
            problem(
                druid,
                DRUID.replace(
                    "  labels:", "  annotations: {etcdbackup.dev/endpoints: \"a b\"}\n  labels:")))
        .isNotEmpty();
  }

  @Test
  void aServiceIsAllOfItsPods() {
    ClusterLayout layout = LayoutPresets.etcdOperator();
    FoundObjects objects = new FoundObjects(layout, found::put);
    objects.service("services/cray-bss-etcd", service());
    assertThat(endpoints("services/cray-bss-etcd"))
        .containsExactly(uri("http://cray-bss-etcd.services.svc:2379"));

    objects.slice("services/s1", slice());
    assertThat(found.get("services/cray-bss-etcd").cluster().project()).isEqualTo("cray-bss");
    assertThat(endpoints("services/cray-bss-etcd"))
        .containsExactly(
            uri("http://[fd00::2]:2379"),
            uri("http://cray-bss-etcd-abc.cray-bss-etcd.services.svc:2379"));

    objects.slice("services/s1", null);
    assertThat(endpoints("services/cray-bss-etcd"))
        .as("a cluster without pods stays one, so that its backups fail")
        .containsExactly(uri("http://cray-bss-etcd.services.svc:2379"));
    objects.service("services/cray-bss-etcd", null);
    assertThat(found).containsEntry("services/cray-bss-etcd", null);
  }

  @Test
  void podsWithTheSameLabelAreACluster() {
    ClusterLayout layout = ClusterLayout.pods("pods", "cluster");
    FoundObjects objects = new FoundObjects(layout, found::put);
    objects.pod("n/a-0", pod("a-0", "a", "10.0.0.1"));
    objects.pod("n/a-1", pod("a-1", "a", "10.0.0.2"));
    objects.pod("n/b-0", pod("b-0", "b", "10.0.0.3"));
    assertThat(endpoints("n/a"))
        .containsExactly(uri("http://10.0.0.1:2379"), uri("http://10.0.0.2:2379"));
    assertThat(found.get("n/b").cluster().name()).isEqualTo("b");
    assertThat(found.get("n/b").cluster().project()).isEqualTo("b");

    objects.pod("n/a-0", pod("a-0", "b", "10.0.0.1"));
    assertThat(endpoints("n/a")).containsExactly(uri("http://10.0.0.2:2379"));
    assertThat(endpoints("n/b")).hasSize(2);
    objects.pod("n/a-1", null);
    assertThat(found).containsEntry("n/a", null);
  }

  @Test
  void ofTwoTheOlderComesFirst() {
    String young = DRUID.replace("name: etcd-main\n", "name: a\n");
    String old = young.replace("  labels:", "  creationTimestamp: 2026-01-01T00:00:00Z\n  labels:");
    Candidate first = candidate(LayoutPresets.etcdDruid(), old.replace("name: a\n", "name: z\n"));
    Candidate second = candidate(LayoutPresets.etcdDruid(), young);
    assertThat(List.of(second, first).stream().sorted(Candidate.OLDEST_FIRST))
        .containsExactly(first, second);
  }

  private List<URI> endpoints(String key) {
    return found.get(key).cluster().endpoints();
  }

  private DiscoveredCluster statefulSet(ClusterLayout layout, String yaml) {
    Candidate candidate = candidate(layout, yaml);
    assertThat(candidate.problem()).isEmpty();
    return candidate.cluster();
  }

  private String problem(ClusterLayout layout, String yaml) {
    return candidate(layout, yaml).problem().orElseThrow();
  }

  private Candidate candidate(ClusterLayout layout, String yaml) {
    StatefulSet object =
        Serialization.unmarshal(
            "apiVersion: apps/v1\nkind: StatefulSet\n" + yaml, StatefulSet.class);
    new FoundObjects(layout, found::put).statefulSet("k", object);
    return found.get("k");
  }

  private static Service service() {
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: cray-bss-etcd
          namespace: services
          labels: {app: etcd, etcd_cluster: cray-bss-etcd}
        spec:
          clusterIP: None
          ports: [{name: client, port: 2379}, {name: peer, port: 2380}]
        """,
        Service.class);
  }

  private static EndpointSlice slice() {
    return Serialization.unmarshal(
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: s1
          namespace: services
          labels: {app: etcd, etcd_cluster: cray-bss-etcd, kubernetes.io/service-name: cray-bss-etcd}
        ports: [{name: peer, port: 2380}, {name: client, port: 2379}]
        endpoints:
          - {addresses: [10.0.0.1], hostname: cray-bss-etcd-abc, conditions: {ready: false}}
          - {addresses: ["fd00::2"]}
        """,
        EndpointSlice.class);
  }

  private static Pod pod(String name, String cluster, String address) {
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: n, labels: {cluster: %s}}
        spec: {containers: [{name: etcd}]}
        status: {podIP: %s, phase: Running}
        """
            .formatted(name, cluster, address),
        Pod.class);
  }

  private static URI uri(String text) {
    return URI.create(text);
  }
}
