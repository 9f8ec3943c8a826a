package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kube list}, {@code get}, {@code diff}, {@code usage} and {@code keys}. */
@Tag("slow")
class KubeCommandsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String KEY = "p/etcd.backup_v230_2020-02-03-20:45:48";
  private static final String PLAIN = base64("hunter2-plain");

  @TempDir Path directory;
  private Path store;
  private String keys;

  @BeforeEach
  void storeASnapshot() throws Exception {
    store = directory.resolve("store");
    Goldens.write(store.resolve(KEY), KubeSnapshot.bytes());
    keys = "--encryption-config=" + KubeSnapshot.configuration(directory);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private Cli kube(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "kube";
    System.arraycopy(args, 0, all, 1, args.length);
    return Cli.on(store, all);
  }

  @Test
  void objectsAreListed() throws Exception {
    Cli run = kube("list", KEY);
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .hasSize(12)
        .anyMatch(line -> line.startsWith("v1 Pod default/web-1-a, "))
        .anyMatch(line -> line.endsWith(" bytes, owner ReplicaSet/web-1"))
        .anyMatch(line -> line.startsWith("example.com/v1 Widget default/w, "))
        .anyMatch(line -> line.startsWith("pods default/broken, 6 bytes, ends within a number"))
        .anyMatch(line -> line.contains("secrets default/vault, "));
    assertThat(kube("list", KEY, "--kind=secrets").out().lines()).hasSize(3);
    assertThat(kube("list", KEY, "--kind=Widget.example.com").out().lines()).hasSize(1);
    assertThat(kube("list", KEY, "--namespace=other").out()).isEmpty();
    assertThat(kube("list", KEY, "--registry=/other").out()).isEmpty();
    JsonNode pod = JSON.readTree(kube("list", KEY, "--kind=Pod", "-ojson").out()).get(1);
    assertThat(pod.get("owners").get(0).get("name").asText()).isEqualTo("web-1");
    assertThat(pod.get("storedAs").asText()).isEqualTo("protobuf");
  }

  @Test
  void anObjectIsPrintedInYamlAndJson() throws Exception {
    Cli run = kube("get", KEY, "Deployment", "default/web", "-oyaml");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n")
        .contains("  creationTimestamp: \"2020-02-03T20:45:48Z\"\n", "memory: \"128Mi\"");
    JsonNode json = JSON.readTree(kube("get", KEY, "deployments", "default/web", "-ojson").out());
    assertThat(new YAMLMapper().readTree(run.out())).isEqualTo(json);
    assertThat(kube("get", KEY, "Node", "node-1").out()).contains("kind: Node\n");
    String applied = kube("get", KEY, "Pod", "default/web-1-a", "--for-apply").out();
    assertThat(applied)
        .contains("name: web-1-a\n")
        .doesNotContain("uid", "creationTimestamp", "ownerReferences", "status:");
    assertThat(kube("get", KEY, "Pod", "default/none"))
        .isEqualTo(new Cli(1, "", "etcd-backup: there is no Pod default/none\n"));
    assertThat(kube("get", KEY, "Pod", "default/broken").code()).isEqualTo(5);
  }

  @Test
  void otherCommandsHaveNoYaml() {
    Cli run = Cli.on(store, "list", "-oyaml");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'yaml' is a format of 'kube get' alone");
    assertThat(kube().code()).isEqualTo(2);
    assertThat(kube("get", "--help").out()).contains("--show-secrets", "Exit codes:");
  }

  @Test
  void secretsAreHiddenUntilTheyAreAskedFor() {
    Cli hidden = kube("get", KEY, "Secret", "default/db");
    assertThat(hidden.out()).contains("password: \"(hidden, 20 characters)\"");
    assertThat(hidden.out()).doesNotContain(PLAIN);
    assertThat(kube("get", KEY, "Secret", "default/db", "--show-secrets").out()).contains(PLAIN);
    Cli sealed = kube("get", KEY, "Secret", "default/vault", "--show-secrets");
    assertThat(sealed.code()).isEqualTo(2);
    assertThat(sealed.err()).contains("is encrypted with the key key1 of secretbox");
    assertThat(kube("get", KEY, "Secret", "default/vault", "--show-secrets", keys).out())
        .contains(base64("hunter2-sealed"));
    assertThat(kube("get", KEY, "Secret", "default/remote", keys).err())
        .contains("is encrypted by the KMS plugin vault-plugin, which alone can decrypt it");
  }

  @Test
  void encryptionKeysAreNamed() throws Exception {
    assertThat(kube("keys", KEY))
        .isEqualTo(
            new Cli(
                0,
                "kms vault-plugin: 1 value of secrets\nsecretbox key1: 1 value of secrets\n",
                ""));
    Cli tried = kube("keys", KEY, keys, "-ojson");
    assertThat(tried.code()).isEqualTo(1); // the value of kms
    JsonNode secretbox = JSON.readTree(tried.out()).get(1);
    assertThat(secretbox.get("key").asText()).isEqualTo("key1");
    assertThat(secretbox.get("decrypted").asInt()).isEqualTo(1);
    Path wrong = Files.writeString(directory.resolve("wrong"), "secret: [hunter2");
    Cli refused = kube("keys", KEY, "--encryption-config=" + wrong);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("is not YAML").doesNotContain("hunter2");
    Path other = Files.writeString(directory.resolve("other"), "kind: Secret\n");
    assertThat(kube("keys", KEY, "--encryption-config=" + other).err())
        .contains("the kind is not EncryptionConfiguration");
  }

  @Test
  void whatFillsTheClusterIsCounted() throws Exception {
    assertThat(kube("usage", KEY).out())
        .startsWith("12 objects, ")
        .contains("  apps/v1 Deployment: 1 object, ", "  (none): 2 objects, ", "largest objects:");
    JsonNode usage = JSON.readTree(kube("usage", KEY, "-ojson", "--top=3").out());
    assertThat(usage.get("largest")).hasSize(3);
    long listed = 0;
    for (JsonNode one : JSON.readTree(kube("list", KEY, "-ojson").out())) {
      listed += one.get("bytes").asLong();
    }
    assertThat(usage.get("bytes").asLong()).isEqualTo(listed);
  }

  @Test
  void objectsOfTwoSnapshotsAreCompared() throws Exception {
    assertThat(kube("diff", KEY, KEY)).isEqualTo(new Cli(0, "", ""));
    Path empty = Goldens.write(directory.resolve("empty.db"), Goldens.bytes("3.5.30-plain"));
    Cli gone = kube("diff", KEY, empty.toString(), "--kind=Deployment");
    assertThat(gone).isEqualTo(new Cli(1, "- Deployment default/web\n", ""));
    assertThat(kube("diff", empty.toString(), KEY).out().lines())
        .hasSize(12)
        .allMatch(line -> line.startsWith("+ "));
    JsonNode json =
        JSON.readTree(kube("diff", KEY, empty.toString(), "--kind=Widget", "-ojson").out());
    assertThat(json.get(0).get("change").asText()).isEqualTo("removed");
  }

  /** What kubectl reads must be what was stored, whatever a text looks like. */
  @Test
  void yamlIsReadBackAsItWas() throws Exception {
    for (String line : Files.readAllLines(KubeSnapshot.GOLDEN.resolve("objects.txt"))) {
      Map<?, ?> tree = JSON.readValue(line.split(" ", 4)[3], Map.class);
      assertThat((Object) new YAMLMapper().readValue(YamlText.of(tree), Map.class)).isEqualTo(tree);
    }
    assertThat(YamlText.of(Map.of("a", "yes"))).isEqualTo("a: \"yes\"\n");
    assertThat(YamlText.of(Map.of("a", "1e3"))).isEqualTo("a: \"1e3\"\n");
  }
}
