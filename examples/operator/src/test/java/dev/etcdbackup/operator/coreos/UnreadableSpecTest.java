package dev.etcdbackup.operator.coreos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of wrong types, which a definition without a schema lets pass. */
class UnreadableSpecTest {
  private static final String GOOD =
      "{storageType: S3, s3: {path: b/p/n}, backupPolicy: {maxBackups: 7, other: 1}, more: 1}";

  private final KubernetesSerialization serialization = new KubernetesSerialization();

  /** A list as the client reads it. */
  private static final class Backups extends DefaultKubernetesResourceList<EtcdBackup> {
    private static final long serialVersionUID = 1L;
  }

  private EtcdBackupSpec secondOfTwo(String spec) {
    String item = "{metadata: {name: a}, spec: %s}";
    Backups list =
        serialization.unmarshal(
            "items: [" + item.formatted(GOOD) + ", " + item.formatted(spec) + "]", Backups.class);
    assertThat(list.getItems().get(0).getSpec().requireSupported().path()).isEqualTo("b/p/n");
    assertThat(list.getItems().get(0).getSpec().backupPolicy())
        .isEqualTo(new BackupPolicy(null, null, 7L));
    return list.getItems().get(1).getSpec();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{backupPolicy: {maxBackups: many}}; spec.backupPolicy.maxBackups",
        "{backupPolicy: {maxBackups: 99999999999999999999}}; spec.backupPolicy.maxBackups",
        "{backupPolicy: daily}; spec.backupPolicy",
        "{etcdEndpoints: [{host: a}]}; spec.etcdEndpoints[0]",
        "{insecureSkipVerify: perhaps}; spec.insecureSkipVerify",
        "[1]; spec",
        "text; spec"
      })
  void oneOfThemDoesNotHideTheOthersAndSaysWhy(String spec, String where) {
    EtcdBackupSpec read = secondOfTwo(spec);
    assertThatThrownBy(read::requireSupported)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(where + " has a value of a wrong type");
    if (spec.startsWith("{")) {
      assertThat(secondOfTwo(serialization.asJson(read)))
          .as("is written as it was")
          .isEqualTo(read);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{etcdCluster: [a]}", "{etcdCluster: {name: {}}}", "{s3: b/p/n}", "7"})
  void aRestoreToo(String spec) {
    EtcdRestore restore = serialization.unmarshal("spec: " + spec, EtcdRestore.class);
    assertThatThrownBy(restore.getSpec()::requireSupported)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(" has a value of a wrong type");
  }
}
