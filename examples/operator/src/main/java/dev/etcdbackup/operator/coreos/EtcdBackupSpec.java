package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.etcdbackup.kubernetes.EtcdSecrets;
import dev.etcdbackup.operator.EtcdAddress;
import dev.etcdbackup.operator.Target;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted, with the fields of the etcd operator.
 *
 * @param etcdEndpoints the client URLs of the members
 * @param storageType {@code S3}; the others are refused with a reason
 * @param backupPolicy when, and how many are kept; without it one is taken once
 * @param s3 where to
 * @param abs kept as it is, for whoever goes back to the etcd operator
 * @param gcs likewise
 * @param oss likewise
 * @param clientTLSSecret the Secret with {@code etcd-client.crt}, {@code etcd-client.key} and
 *     {@code etcd-client-ca.crt}
 * @param insecureSkipVerify refused when true
 * @param allowSelfSignedCertificates of a fork: accepted, for the authority in the Secret is
 *     trusted and nothing else is
 * @param unread what could not be read; the other fields are null then
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonDeserialize(using = EtcdBackupSpec.Reader.class)
@ValidationRule(
    value = "!has(self.storageType) || self.storageType != 'S3' || has(self.s3)",
    message = "storageType S3 needs s3")
public record EtcdBackupSpec(
    @JsonPropertyDescription("The client URLs of the members, http://HOST:PORT.")
        @Nullable List<String> etcdEndpoints,
    @JsonPropertyDescription("S3; ABS, GCS and OSS are not supported and refused in the status.")
        @Nullable String storageType,
    @Nullable BackupPolicy backupPolicy,
    @Nullable S3Source s3,
    @Nullable JsonNode abs,
    @Nullable JsonNode gcs,
    @Nullable JsonNode oss,
    @JsonPropertyDescription(
            "The Secret with etcd-client.crt, etcd-client.key and etcd-client-ca.crt.")
        @Nullable String clientTLSSecret,
    @JsonPropertyDescription("Refused when true: certificates are always verified.")
        @Nullable Boolean insecureSkipVerify,
    @JsonPropertyDescription("Without effect: the authority in the Secret is what is trusted.")
        @Nullable Boolean allowSelfSignedCertificates,
    @JsonIgnore @Nullable UnreadSpec unread) {
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** Whether it is repeated. */
  boolean isPeriodic() {
    return interval() > 0;
  }

  private long interval() {
    return policy().backupIntervalInSecond() == null ? 0 : policy().backupIntervalInSecond();
  }

  private long kept() {
    return policy().maxBackups() == null ? 0 : policy().maxBackups();
  }

  private BackupPolicy policy() {
    return Objects.requireNonNullElse(backupPolicy, new BackupPolicy(null, null, null));
  }

  Duration timeout() {
    Long seconds = policy().timeoutInSecond();
    return seconds == null || seconds == 0 ? TIMEOUT : Duration.ofSeconds(seconds);
  }

  /** Refuses what is not supported or makes no sense. */
  S3Source requireSupported() {
    if (unread != null) {
      throw new IllegalArgumentException(unread.reason());
    }
    if (s3 == null || !"S3".equals(storageType)) {
      throw new IllegalArgumentException(
          "spec.storageType must be S3, with spec.s3, not "
              + (storageType == null ? "absent" : storageType)
              + "; other stores are not supported");
    }
    if (Boolean.TRUE.equals(insecureSkipVerify)) {
      throw new IllegalArgumentException(
          "spec.insecureSkipVerify must not be true: certificates are always verified; put the"
              + " authority that signed them into etcd-client-ca.crt of spec.clientTLSSecret");
    }
    if (interval() < 0 || kept() < 0 || kept() > BackupPolicy.MOST_KEPT) {
      throw new IllegalArgumentException(
          "spec.backupPolicy must have no negative number and maxBackups of at most "
              + BackupPolicy.MOST_KEPT
              + ", not "
              + policy());
    }
    return s3;
  }

  EtcdAddress etcd(String namespace) {
    return new EtcdAddress(
        etcdEndpoints == null ? List.of() : etcdEndpoints, namespace, secrets(), timeout());
  }

  private EtcdSecrets secrets() {
    return clientTLSSecret == null || clientTLSSecret.isEmpty()
        ? EtcdSecrets.none()
        : EtcdSecrets.none()
            .withAuthorities(clientTLSSecret, "etcd-client-ca.crt")
            .withCertificateIfPresent(clientTLSSecret, "etcd-client.crt", "etcd-client.key");
  }

  /** What a periodic one puts on a schedule. */
  Target target(String namespace) {
    S3Source to = requireSupported();
    int kept = Math.toIntExact(kept());
    return new Target(
        to.address(namespace),
        to.parsed().project(),
        to.parsed().name(),
        false,
        etcd(namespace),
        Schedule.every(Duration.ofSeconds(interval())),
        Duration.ZERO,
        kept == 0 ? Optional.empty() : Optional.of(RetentionPolicy.keepLast(kept)),
        timeout());
  }

  /** What could not be read is written as it was. */
  @JsonAnyGetter
  Map<String, JsonNode> unreadFields() {
    return unread == null ? Map.of() : unread.fields();
  }

  /** The spec of a resource that has none, or none that could be read. */
  static EtcdBackupSpec empty(@Nullable UnreadSpec unread) {
    return new EtcdBackupSpec(null, null, null, null, null, null, null, null, null, null, unread);
  }

  /** Reads one of an API server. */
  static final class Reader extends SpecReader<EtcdBackupSpec> {
    Reader() {
      super(EtcdBackupSpec.class, EtcdBackupSpec::empty);
    }
  }
}
