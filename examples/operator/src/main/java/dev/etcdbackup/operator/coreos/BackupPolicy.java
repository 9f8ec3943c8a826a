package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/**
 * When backups are taken, and how many are kept.
 *
 * @param timeoutInSecond how long one may take; by default, and when 0, 10 minutes
 * @param backupIntervalInSecond from one to the next; when 0 or absent, one is taken once
 * @param maxBackups how many are kept; when 0 or absent, all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupPolicy(
    @Min(0)
        @Max(LONGEST)
        @JsonPropertyDescription("How long a backup may take; when 0 or absent, 10 minutes.")
        @Nullable Long timeoutInSecond,
    @Min(0)
        @Max(LONGEST)
        @JsonPropertyDescription(
            "Seconds from one backup to the next; when 0 or absent, one is taken once.")
        @Nullable Long backupIntervalInSecond,
    @Min(0)
        @Max(MOST_KEPT)
        @JsonPropertyDescription("How many backups are kept; when 0 or absent, all.")
        @Nullable Long maxBackups) {
  private static final double LONGEST = 3_153_600_000.0; // seconds of 100 years
  static final int MOST_KEPT = Integer.MAX_VALUE;
}
