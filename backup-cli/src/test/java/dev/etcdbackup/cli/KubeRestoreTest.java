package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.etcd.LiveRestoreReport;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kube restore} into the etcd of a cluster. */
@Tag("server")
class KubeRestoreTest {
  private static final String KEY = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String DEPLOYMENT = "/registry/deployments/default/web";

  @TempDir Path directory;
  private Path store;
  private final Map<String, byte[]> values = new HashMap<>();

  @BeforeEach
  void storeASnapshot() throws Exception {
    store = directory.resolve("store");
    Goldens.write(store.resolve(KEY), KubeSnapshot.bytes());
    for (String line : Files.readAllLines(KubeSnapshot.GOLDEN.resolve("cluster.txt"))) {
      int space = line.indexOf(' ');
      values.put(line.substring(0, space), Base64.getDecoder().decode(line.substring(space + 1)));
    }
  }

  private Cli restore(EtcdServer etcd, String... args) {
    String[] all = new String[args.length + 4];
    all[0] = "kube";
    all[1] = "restore";
    all[2] = "--etcd=" + etcd.endpoint();
    all[3] = KEY;
    System.arraycopy(args, 0, all, 4, args.length);
    return Cli.on(store, all);
  }

  private byte[] stored(EtcdServer etcd, String key) throws Exception {
    String backup = Cli.on(store, "create", "live", "--etcd=" + etcd.endpoint()).out().strip();
    return Cli.on(store, "extract", backup, key).out().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anObjectComesBackAsItWasStoredAndOnlyWhereItBelongs() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      Cli noNamespace = restore(etcd, "Deployment", "default/web");
      assertThat(noNamespace.code()).isEqualTo(1);
      assertThat(noNamespace.err()).contains("the namespace default is not in the cluster");
      assertThat(restore(etcd, "Namespace", "default", "--dry-run").out()).contains("dry run");
      assertThat(restore(etcd, "Namespace", "default").code()).isZero();

      Cli noOwner = restore(etcd, "ReplicaSet", "default/web-1");
      assertThat(noOwner.code()).isEqualTo(1);
      assertThat(noOwner.err()).contains("its owner Deployment/web is not in the cluster");
      assertThat(restore(etcd, "Deployment", "default/web").out())
          .startsWith("Deployment default/web created: " + DEPLOYMENT);
      assertThat(restore(etcd, "ReplicaSet", "default/web-1").code()).isZero();
      assertThat(restore(etcd, "Pod", "default/web-1-a").code()).isZero();
      assertThat(restore(etcd, "Pod", "default/web-1-a").out()).contains("unchanged");
      assertThat(restore(etcd, "Secret", "default/vault").code()).isZero(); // stays encrypted

      etcd.put(DEPLOYMENT, values.get("/registry/replicasets/default/web-1"));
      Cli another = restore(etcd, "Deployment", "default/web", "--replace");
      assertThat(another.code()).isEqualTo(1);
      assertThat(another.err()).contains("another Deployment default/web is in the cluster");

      byte[] json =
          ("{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\","
                  + "\"uid\":\"00000000-0000-0000-0000-000000000018\"},\"spec\":{\"size\":4}}")
              .getBytes(StandardCharsets.UTF_8);
      etcd.put("/registry/example.com/widgets/default/w", json);
      Cli kept = restore(etcd, "Widget", "default/w");
      assertThat(kept.code()).isEqualTo(1);
      assertThat(kept.err()).contains("has changed; --replace overwrites it");
      assertThat(restore(etcd, "Widget", "default/w", "--replace").out()).contains("replaced");
      assertThat(stored(etcd, "/registry/example.com/widgets/default/w"))
          .isEqualTo(values.get("/registry/example.com/widgets/default/w"));
    }
  }

  @Test
  void whatAnotherClientWroteMeanwhileIsNotSaidToBeRestored() {
    assertThat(KubeRestoreCommand.result(report(0, 0, 0, 1))).isEmpty();
    assertThat(KubeRestoreCommand.result(report(1, 0, 0, 0))).isEqualTo("created");
    assertThat(KubeRestoreCommand.result(report(0, 1, 0, 0))).isEqualTo("replaced");
    assertThat(KubeRestoreCommand.result(report(0, 0, 1, 0))).isEqualTo("unchanged");
  }

  private static LiveRestoreReport report(
      long created, long overwritten, long unchanged, long kept) {
    return new LiveRestoreReport(1, false, created, overwritten, unchanged, kept, 0, 0, List.of());
  }
}
