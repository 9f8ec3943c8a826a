package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Required;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which backup is restored into which cluster, with the fields of the etcd operator.
 *
 * @param backupStorageType {@code S3}
 * @param s3 the backup, with its whole name
 * @param etcdCluster the cluster
 * @param unread what could not be read; the other fields are null then
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonDeserialize(using = EtcdRestoreSpec.Reader.class)
public record EtcdRestoreSpec(
    @JsonPropertyDescription("S3; others are refused in the status.")
        @Nullable String backupStorageType,
    @Nullable S3Source s3,
    @Nullable ClusterRef etcdCluster,
    @JsonIgnore @Nullable UnreadSpec unread) {
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
    if (unread != null) {
      throw new IllegalArgumentException(unread.reason());
    }
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

  /** What could not be read is written as it was. */
  @JsonAnyGetter
  Map<String, JsonNode> unreadFields() {
    return unread == null ? Map.of() : unread.fields();
  }

  /** The spec of a resource that has none, or none that could be read. */
  static EtcdRestoreSpec empty(@Nullable UnreadSpec unread) {
    return new EtcdRestoreSpec(null, null, null, unread);
  }

  /** Reads one of an API server. */
  static final class Reader extends SpecReader<EtcdRestoreSpec> {
    Reader() {
      super(EtcdRestoreSpec.class, EtcdRestoreSpec::empty);
    }
  }
}
