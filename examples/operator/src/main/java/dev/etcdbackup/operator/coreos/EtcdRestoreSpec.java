package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * Which backup is restored into which cluster, with the fields of the etcd operator.
 *
 * @param backupStorageType {@code S3}
 * @param s3 the backup, with its whole name
 * @param etcdCluster the cluster
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdRestoreSpec(
    @JsonPropertyDescription("S3; others are refused in the status.")
        @Nullable String backupStorageType,
    @Nullable S3Source s3,
    @Nullable ClusterRef etcdCluster) {
  /**
   * A cluster.
   *
   * @param name the name of its StatefulSet
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ClusterRef(
      @Required @JsonPropertyDescription("The name of the StatefulSet of the cluster.")
          @Nullable String name) {}

  S3Source requireSupported() {
    if (s3 == null || !"S3".equals(backupStorageType)) {
      throw new IllegalArgumentException(
          "spec.backupStorageType must be S3, with spec.s3, not "
              + (backupStorageType == null ? "absent" : backupStorageType));
    }
    return s3;
  }

  String requireCluster() {
    String name = etcdCluster == null ? null : etcdCluster.name();
    if (name == null || name.isEmpty()) {
      throw new IllegalArgumentException("spec.etcdCluster.name must name the cluster");
    }
    return name;
  }
}
