package dev.etcdbackup.cli.config;

import java.time.Duration;

/**
 * The lock that makes one of many replicas write.
 *
 * @param etcd the etcd that keeps it, at least one endpoint; none of those that are backed up
 * @param ttl after what time a replica that is gone has lost it, 2 seconds to 1 hour
 */
public record LockConfig(EtcdConfig etcd, Duration ttl) {
  /** The time to live when the configuration does not say: 15 seconds. */
  public static final Duration DEFAULT_TTL = Duration.ofSeconds(15);
}
