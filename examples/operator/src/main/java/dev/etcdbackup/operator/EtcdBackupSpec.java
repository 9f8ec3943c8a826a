package dev.etcdbackup.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted.
 *
 * @param project the project of its backups; by default the name of the resource
 * @param endpoints the members of etcd, {@code http://HOST:PORT}, at least one
 * @param intervalSeconds the time from one backup to the next, by default a day
 * @param maxBackups how many are kept; by default, and when 0, all
 * @param timeoutSeconds how long a backup may take, by default 10 minutes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdBackupSpec(
    @Nullable String project,
    @Nullable List<String> endpoints,
    @Nullable Long intervalSeconds,
    @Nullable Integer maxBackups,
    @Nullable Long timeoutSeconds) {

  List<String> members() {
    if (endpoints == null || endpoints.isEmpty()) {
      throw new IllegalArgumentException("spec.endpoints must name a member of etcd");
    }
    return endpoints;
  }

  Duration interval() {
    return intervalSeconds == null ? Duration.ofDays(1) : Duration.ofSeconds(intervalSeconds);
  }

  Duration timeout() {
    return timeoutSeconds == null ? Duration.ofMinutes(10) : Duration.ofSeconds(timeoutSeconds);
  }
}
