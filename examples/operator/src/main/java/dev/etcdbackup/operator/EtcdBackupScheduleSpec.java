package dev.etcdbackup.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.etcdbackup.cron.CronSchedule;
import dev.etcdbackup.kubernetes.EtcdSecrets;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted. The defaults are in the definition, so that a resource shows what counts.
 *
 * @param project the project of the backups; by default the name of the resource
 * @param etcd the cluster
 * @param store where to
 * @param schedule when
 * @param retention what is kept; by default everything
 * @param compression {@code none} or {@code zstd}, by default {@code none}
 * @param timeoutSeconds how long one backup may take, by default 600
 * @param suspend whether no backup is taken now
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdBackupScheduleSpec(
    @Size(min = 1, max = 253)
        @Pattern("^[^/\\s]+$")
        @JsonPropertyDescription("The project of the backups; by default the resource's name.")
        @Nullable String project,
    @Required @Nullable Etcd etcd,
    @Required @Nullable Store store,
    @Required @Nullable When schedule,
    @JsonPropertyDescription("What is kept; without it everything is.") @Nullable Keep retention,
    @Default("none")
        @Pattern("^(none|zstd)$")
        @JsonPropertyDescription("none or zstd, which adds .zst to the names.")
        @Nullable String compression,
    @Default("600")
        @Min(1)
        @Max(3_153_600_000.0)
        @JsonPropertyDescription("How long a backup may take.")
        @Nullable Long timeoutSeconds,
    @Default("false") @JsonPropertyDescription("Whether backups are suspended.")
        @Nullable Boolean suspend) {
  private static final int MOST_KEPT = Integer.MAX_VALUE;
  static final EtcdBackupScheduleSpec EMPTY =
      new EtcdBackupScheduleSpec(null, null, null, null, null, null, null, null);

  /**
   * A cluster.
   *
   * @param endpoints the client URLs of its members
   * @param tlsSecret the Secret with {@code ca.crt}, and {@code tls.crt} and {@code tls.key} when
   *     etcd asks for them, or with the names that the etcd operator gave them
   * @param userSecret the Secret with {@code username} and {@code password}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "!has(self.tlsSecret) || self.endpoints.all(e, e.startsWith('https://'))",
      message = "tlsSecret needs endpoints with https://")
  public record Etcd(
      @Required @Size(min = 1, max = 32)
          @Nullable List<@Size(max = 300) @Pattern("^https?://[^/]+:[0-9]+$") String> endpoints,
      @JsonPropertyDescription(
              "The Secret with ca.crt, and tls.crt and tls.key when etcd asks for them; or with"
                  + " etcd-client-ca.crt, etcd-client.crt and etcd-client.key.")
          @Nullable String tlsSecret,
      @JsonPropertyDescription("The Secret with username and password.")
          @Nullable String userSecret) {
    EtcdSecrets secrets() {
      return EtcdAddress.secrets(tlsSecret, userSecret);
    }
  }

  /**
   * A store.
   *
   * @param bucket the bucket
   * @param prefix what is before the projects
   * @param endpoint the S3 server; by default AWS
   * @param region the region
   * @param secret the Secret with the credentials; by default those of the operator's pod
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "has(self.endpoint) || has(self.region)",
      message = "endpoint or region must be set")
  public record Store(
      @Required @Size(min = 1, max = 63) @Nullable String bucket,
      @Pattern("^[^/]+(/[^/]+)*$") @JsonPropertyDescription("What is before the projects.")
          @Nullable String prefix,
      @Pattern("^https?://[^/@]+/?$")
          @JsonPropertyDescription("The S3 server; by default AWS in the region.")
          @Nullable String endpoint,
      @JsonPropertyDescription("By default that of the Secret, else us-east-1.")
          @Nullable String region,
      @JsonPropertyDescription(
              "The Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the AWS file"
                  + " 'credentials', and perhaps ca.crt; without it the credentials of the"
                  + " operator's pod.")
          @Nullable String secret) {
    /**
     * Returns the address.
     *
     * @param namespace the namespace of the Secret
     * @return the address
     * @throws IllegalArgumentException when there is no bucket
     */
    public StoreAddress address(String namespace) {
      return new StoreAddress(
          endpoint,
          region,
          require("spec.store.bucket", bucket),
          prefix == null ? "" : prefix,
          namespace,
          secret);
    }
  }

  /**
   * When backups are due: at an interval or by a cron expression, in UTC.
   *
   * @param intervalSeconds from one to the next
   * @param cron five fields
   * @param jitterSeconds by how much each cluster may be delayed, to spread them; by default 0
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "has(self.intervalSeconds) != has(self.cron)",
      message = "either intervalSeconds or cron must be set")
  public record When(
      @Min(1) @Max(3_153_600_000.0) @Nullable Long intervalSeconds,
      @Size(min = 9, max = 200) @JsonPropertyDescription("Five fields, in UTC, as in '0 3 * * *'.")
          @Nullable String cron,
      @Default("0") @Min(0) @Max(86_400) @Nullable Long jitterSeconds) {
    Schedule parsed() {
      if ((intervalSeconds == null) == (cron == null)) {
        throw new IllegalArgumentException(
            "spec.schedule must have either intervalSeconds or cron");
      }
      return intervalSeconds != null
          ? Schedule.every(Duration.ofSeconds(intervalSeconds))
          : CronSchedule.of(Objects.requireNonNull(cron));
    }

    Duration jitter() {
      return Duration.ofSeconds(jitterSeconds == null ? 0 : jitterSeconds);
    }
  }

  /**
   * What is kept: the union of what each field keeps.
   *
   * @param last the newest
   * @param hourly the newest of each of so many hours
   * @param daily the newest of each of so many days
   * @param weekly the newest of each of so many weeks
   * @param monthly the newest of each of so many months
   * @param yearly the newest of each of so many years
   * @param withinDays all younger than that
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value =
          "has(self.last) || has(self.hourly) || has(self.daily) || has(self.weekly) ||"
              + " has(self.monthly) || has(self.yearly) || has(self.withinDays)",
      message = "at least one field must be set; leave out retention to keep everything")
  public record Keep(
      @Min(1) @Max(MOST_KEPT) @Nullable Long last,
      @Min(1) @Max(MOST_KEPT) @Nullable Long hourly,
      @Min(1) @Max(MOST_KEPT) @Nullable Long daily,
      @Min(1) @Max(MOST_KEPT) @Nullable Long weekly,
      @Min(1) @Max(MOST_KEPT) @Nullable Long monthly,
      @Min(1) @Max(MOST_KEPT) @Nullable Long yearly,
      @Min(1) @Max(36_500) @Nullable Long withinDays) {
    Optional<RetentionPolicy> policy() {
      return Stream.of(
              count("last", last).map(RetentionPolicy::keepLast),
              count("hourly", hourly).map(RetentionPolicy::keepHourly),
              count("daily", daily).map(RetentionPolicy::keepDaily),
              count("weekly", weekly).map(RetentionPolicy::keepWeekly),
              count("monthly", monthly).map(RetentionPolicy::keepMonthly),
              count("yearly", yearly).map(RetentionPolicy::keepYearly),
              Optional.ofNullable(withinDays)
                  .map(days -> RetentionPolicy.keepWithin(Duration.ofDays(days))))
          .flatMap(Optional::stream)
          .reduce(RetentionPolicy::or);
    }

    private static Optional<Integer> count(String field, @Nullable Long number) {
      if (number != null && (number < 1 || number > MOST_KEPT)) {
        throw new IllegalArgumentException(
            "spec.retention.%s must be 1 to %d, not %d".formatted(field, MOST_KEPT, number));
      }
      return Optional.ofNullable(number).map(Math::toIntExact);
    }
  }

  boolean isSuspended() {
    return Boolean.TRUE.equals(suspend);
  }

  /** Reads it. Repeats what the definition demands, for whoever has not installed it. */
  Target target(String name, String namespace) {
    Etcd cluster = require("spec.etcd", etcd);
    Store to = require("spec.store", store);
    When when = require("spec.schedule", schedule);
    Duration timeout = Duration.ofSeconds(timeoutSeconds == null ? 600 : timeoutSeconds);
    return new Target(
        to.address(namespace),
        project == null ? name : project,
        "etcd.backup",
        "zstd".equals(compression),
        new EtcdAddress(
            require("spec.etcd.endpoints", cluster.endpoints()),
            namespace,
            cluster.secrets(),
            timeout),
        when.parsed(),
        when.jitter(),
        retention == null ? Optional.empty() : retention.policy(),
        timeout);
  }

  private static <T> T require(String field, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(field + " must be set");
    }
    return value;
  }
}
